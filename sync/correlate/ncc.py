"""Masked normalised cross-correlation of two even series, by FFT.

Sign: lag L pairs ``x[i]`` with ``y[i + L]``; a positive L means that the event is later in y.
"""

from __future__ import annotations

import numpy as np
import scipy.fft
from numpy.typing import NDArray

Float = NDArray[np.float64]

# An overlap whose variance is below this share of the whole series' variance is called constant:
# the difference of two FFT sums is then rounding noise (float64 keeps about 1e-13 of the total).
CONSTANT_SHARE = 1e-9


def lags_of(nx: int, ny: int) -> NDArray[np.int64]:
    """Every lag at which series of ``nx`` and ``ny`` samples overlap, from -(nx-1) to ny-1."""
    return np.arange(-(nx - 1), ny, dtype=np.int64)


def fft_length(nx: int, ny: int) -> int:
    """A fast transform length at which the linear correlation does not wrap around."""
    return int(scipy.fft.next_fast_len(nx + ny - 1, real=True))


def ncc(
    x: NDArray[np.floating],
    y: NDArray[np.floating],
    mask_x: NDArray[np.bool_] | NDArray[np.integer],
    mask_y: NDArray[np.bool_] | NDArray[np.integer],
    min_overlap: int,
) -> tuple[NDArray[np.int64], Float, NDArray[np.int64]]:
    """Correlation coefficient over the pairs valid in both masks, for every lag.

    Padfield (2012), Masked object registration in the Fourier domain, IEEE Trans. Image Process.
    21(5), in one dimension: six forward and six inverse real transforms.

    Parameters
    ----------
    x, y
        Shapes (nx,), (ny,); any unit. Masked values are ignored, whatever they are.
    mask_x, mask_y
        Same shapes; true (or 1) where the series says something.
    min_overlap
        Fewest valid pairs for which a coefficient is given.

    Returns
    -------
    lags : shape (nx + ny - 1,), in samples; lag L pairs x[i] with y[i + L].
    r : same shape, -1…1; NaN where fewer than ``min_overlap`` pairs, or one side is constant.
    n : same shape; the number of valid pairs.
    """
    valid_x, valid_y = np.asarray(mask_x, bool), np.asarray(mask_y, bool)
    nx, ny = len(x), len(y)
    lags = lags_of(nx, ny)
    size = fft_length(nx, ny)
    xs, ys = _standard(x, valid_x), _standard(y, valid_y)
    parts_x = scipy.fft.rfft(np.stack([valid_x.astype(float), xs, xs * xs]), size, axis=-1)
    parts_y = scipy.fft.rfft(np.stack([valid_y.astype(float), ys, ys * ys]), size, axis=-1)
    parts_x = np.conj(parts_x)
    pairs = ((0, 0), (1, 0), (0, 1), (2, 0), (0, 2), (1, 1))
    sums = scipy.fft.irfft(np.stack([parts_x[i] * parts_y[j] for i, j in pairs]), size, axis=-1)
    n, sx, sy, sxx, syy, sxy = sums[:, lags % size]
    n = np.rint(n)
    with np.errstate(invalid="ignore", divide="ignore"):
        var_x = sxx - sx * sx / n
        var_y = syy - sy * sy / n
        r = (sxy - sx * sy / n) / np.sqrt(var_x * var_y)
    constant = (var_x <= CONSTANT_SHARE * len(x)) | (var_y <= CONSTANT_SHARE * len(y))
    r[(n < max(min_overlap, 2)) | constant | ~np.isfinite(r)] = np.nan
    return lags, np.clip(r, -1.0, 1.0), n.astype(np.int64)


def _standard(values: NDArray[np.floating], valid: NDArray[np.bool_]) -> Float:
    """Zero mean and unit variance over the valid samples, 0 elsewhere; 0 when constant."""
    out = np.zeros(len(values))
    if not valid.any():
        return out
    kept = np.asarray(values, np.float64)[valid]
    kept = kept - kept.mean()
    scale = float(np.sqrt(np.mean(kept * kept)))
    largest = float(np.abs(np.asarray(values, np.float64)[valid]).max())
    if scale > 1e-12 * largest and scale > 0:
        out[valid] = kept / scale
    return out
