"""Arrays of NumPy as views, and tensors of ours as arrays of NumPy, without a copy: numpy_arrays.py LIBRARY (library.cpp)."""

import ctypes
import math
import sys

import numpy as np

library = ctypes.CDLL(sys.argv[1])
library.take.restype = library.look.restype = ctypes.c_double
library.take.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t]
library.look.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t]
library.make.restype = ctypes.c_void_p
python = ctypes.pythonapi
python.PyCapsule_New.restype = ctypes.py_object
python.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
python.PyCapsule_GetPointer.restype = ctypes.c_void_p
python.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
python.PyCapsule_SetName.argtypes = [ctypes.py_object, ctypes.c_char_p]
message = ctypes.create_string_buffer(1000)
versions = [0, 1] if tuple(map(int, np.__version__.split(".")[:2])) >= (2, 1) else [0]
names = [b"dltensor", b"dltensor_versioned"]
used = [b"used_dltensor", b"used_dltensor_versioned"]  # NumPy looks at these while a capsule lives


def take(array, versioned):
    """The sum of the array's elements, doubled; or what is said of an array that is refused."""
    capsule = array.__dlpack__(max_version=(1, 0)) if versioned else array.__dlpack__()
    tensor = python.PyCapsule_GetPointer(capsule, names[versioned])
    python.PyCapsule_SetName(capsule, used[versioned])  # the tensor is taken over by the call, refused or not
    total = library.take(tensor, versioned, message, len(message))
    return message.value.decode() if math.isnan(total) else total


def look(array):
    """The sum of the array's elements, by its __array_interface__."""
    fields = array.__array_interface__
    shape = (ctypes.c_int64 * 2)(*fields["shape"])
    strides = None if fields["strides"] is None else (ctypes.c_int64 * 2)(*fields["strides"])
    total = library.look(shape, strides, fields["typestr"].encode(), *fields["data"], message, len(message))
    return message.value.decode() if math.isnan(total) else total


class Tensor:
    """A tensor of ours, as NumPy wants it."""

    def __init__(self, versioned):
        self.versioned = versioned

    def __dlpack__(self, **options):
        return python.PyCapsule_New(library.make(self.versioned), names[self.versioned], None)

    def __dlpack_device__(self):
        return (1, 0)


def check(condition, what):
    if not condition:
        sys.exit(f"NumPy {np.__version__}: {what} ({message.value.decode()})")


for versioned in versions:
    a = np.arange(12.0).reshape(3, 4)
    references = sys.getrefcount(a)
    check(take(a, versioned) == 132 and a[2, 3] == 22, "an array is doubled where it is")
    check(take(a.T[1:3, ::2], versioned) == 2 * 2 * (1 + 2 + 9 + 10) and a[0, 1] == 4, "a slice of the transposed array")
    check(take(a[:0], versioned) == 0, "an empty array")
    check(take(a[:, :1].copy(order="F"), versioned) == 2 * (0 + 8 + 16), "an array of one column")
    check("stride -4 on axis 0" in take(a[::-1], versioned), "strides below 0 are refused")
    check("float32" in take(a.astype(np.float32), versioned), "another type is refused")
    check("share memory" in take(np.lib.stride_tricks.as_strided(a, strides=(8, 8)), versioned), "shared elements")
    check(sys.getrefcount(a) == references, "every tensor has been given back")
    b = np.from_dlpack(Tensor(versioned))
    check(b.tolist() == [[1, 3, 5], [2, 4, 6]] and b.strides == (8, 16), "a tensor of ours is an array")
    check(library.alive() == 1, "NumPy has our memory")
    del b
    check(library.alive() == 0, "our memory has come back")
if 1 in versions:
    a = np.ones((2, 2))
    a.flags.writeable = False
    check("read-only" in take(a, 1), "a read-only array is refused for output")
a = np.arange(12.0).reshape(3, 4)
check(look(a) == 66 and look(a.T[::2]) == 0 + 2 + 4 + 6 + 8 + 10, "an array by its interface")
check(look(np.broadcast_to(a[0], (3, 4))) == 18, "a read-only array that repeats its rows, to be read")
check("big-endian" in look(a.astype(">f8")), "big-endian order is refused")
check("'<i4'" in look(a.astype(np.int32)), "another type is refused")
check("12 bytes" in look(np.zeros(2, dtype=[("x", "<f8"), ("y", "<f4")])["x"].reshape(2, 1)), "strides within elements")
print(f"NumPy {np.__version__}, tensors {'legacy and versioned' if 1 in versions else 'legacy'}: taken and given")
