"""One part of the work each: what happens when, between the person, the document and the engine."""
