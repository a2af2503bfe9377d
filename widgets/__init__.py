"""One visible thing a module: shows values of `sync`, emits the person's intentions as signals."""
