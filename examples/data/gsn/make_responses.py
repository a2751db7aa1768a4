"""Makes responses.npy: what gsn::portable_data draws for 10 units, 30 conditions, 4 trials, rank 3, noise 0.8, seed 1."""
import pathlib

import numpy

stream = numpy.random.RandomState(1)


def normals(*shape):
    """Twelve uniforms added from left to right, less 6, for every number."""
    uniform = stream.random_sample((int(numpy.prod(shape)), 12))
    total = uniform[:, 0]
    for k in range(1, 12):
        total = total + uniform[:, k]
    return (total - 6).reshape(shape)


weights, factors = normals(10, 3), normals(3, 30)
signal = weights[:, :1] * factors[:1]
for k in range(1, 3):
    signal = signal + weights[:, k:k + 1] * factors[k:k + 1]
signal = signal / numpy.sqrt(3.0)
responses = signal[:, :, None] + 0.8 * normals(10, 30, 4)
numpy.save(pathlib.Path(__file__).parent / "responses.npy", responses)
