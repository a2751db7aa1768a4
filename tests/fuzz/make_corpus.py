"""Writes tests/fuzz/corpus: small inputs of every reader. Run from anywhere; needs nothing beyond Python.

The headers in npy/ re-make what was published against other readers of the format: cnpy issues 85 and 106, libnpy issues
37 and 44, npy-rs pull request 2, mlx issue 3365, stablehlo pull request 2963, Halide pull request 9222.
"""
import pathlib
import shutil
import struct
import zlib

folder = pathlib.Path(__file__).resolve().parent / "corpus"


def put(target, name, content):
    path = folder / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def npy(header, data=b"", version=1, length=None):
    text = header if isinstance(header, bytes) else header.encode()
    length = len(text) if length is None else length
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", length) + text + data


def header(descr="'<f8'", order="False", shape="(3,)"):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n"


shutil.rmtree(folder, ignore_errors=True)
three = struct.pack("<3d", 1, -2.5, 1e300)

# Arrays as NumPy writes them.
put("npy", "doubles", npy(header(), three))
put("npy", "floats_fortran_v2", npy(header("'<f4'", "True", "(3, 2)"), struct.pack("<6f", *range(6)), 2))
put("npy", "big_endian_v3", npy(header("'>i2'"), struct.pack(">3h", 1, -2, 300), 3))
put("npy", "integers", npy(header("'<i8'"), struct.pack("<3q", 1, -(1 << 53) - 1, 3)))
put("npy", "bytes_double_quotes", npy('{"descr": "|u1", "fortran_order": False, "shape": (3,)}', b"\x01\x02\xff"))
put("npy", "records", npy(header("[('e', '<f8'), (('title', 'w'), '<f4', (2, 3))]"), three))
put("npy", "empty", npy(header(shape="(0, 3)")))
put("npy", "scalar", npy(header(shape="()"), three[:8]))
# Hostile ones.
put("npy", "cnpy106_length_beyond_the_end", npy(b"", b"\x00", length=0xFFFF))
put("npy", "cnpy106_fewer_elements_than_promised", npy(header(shape="(4096,)"), three))
put("npy", "cnpy106_size_overflows", npy(header(shape="(4611686018427387904, 4)"), three))
put("npy", "cnpy85_header_of_many_bytes", npy(header().rstrip() + " " * 700 + "\n", three))
put("npy", "libnpy44_length_4294967280", npy(b"", version=2, length=0xFFFFFFF0))
put("npy", "libnpy44_product_wraps_to_0", npy(header(shape="(4294967296, 4294967296)"), three))
put("npy", "libnpy44_product_wraps_to_3", npy(header(shape="(6148914691236517207, 9)"), three))
put("npy", "libnpy37_digits_in_groups", npy(header(shape="(2,621, 401)"), three))
put("npy", "mlx3365_12_bytes", b"\x93NUMPY\x02\x00\xff\xff\xff\xff")
put("npy", "npyrs2_signed_length", b"\x93NUMPY\x01\x00\xf8\xff")
put("npy", "stablehlo2963_type_without_digits", npy(header("'<ixy'"), three))
put("npy", "stablehlo2963_no_type", npy(header("''"), three))
put("npy", "stablehlo2963_no_quotes", npy(header("")))
put("npy", "halide9222_open_quote", npy("{'descr': '<f8, 'fortran_order': False, 'shape': (3,), }\n", three))
put("npy", "no_length", b"\x93NUMPY\x01\x00")
put("npy", "header_of_no_bytes", npy(b"", three))
put("npy", "negative", npy(header(shape="(-3,)"), three))
put("npy", "brackets", npy(b"{'descr': " + b"(" * 200))
put("npy", "backslash", npy(b"{'a\\"))
put("npy", "twice", npy("{'descr': '<f8', 'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", three))
put("npy", "other_order", npy(header("'Qf8'"), three))

# Archives of arrays: as numpy.savez writes them, with 64-bit sizes, and hostile ones.
def npz(names=("a", "b"), method=0, extra=b"", sizes=None, end=None):
    data, files, listed = npy(header(), three), b"", b""
    for name in names:
        size = len(data) if sizes is None else sizes
        common = struct.pack("<HHHHHIIIHH", 20, 0, method, 0, 33, zlib.crc32(data), size, size, len(name) + 4, len(extra))
        listed += b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, len(files))
        listed += f"{name}.npy".encode() + extra
        files += b"PK\x03\x04" + common + f"{name}.npy".encode() + extra + data
    numbers = (len(names), len(names), len(listed), len(files)) if end is None else end
    return files + listed + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, *numbers, 0)


put("npz", "stored", npz())
put("npz", "deflated", npz(method=8))
put("npz", "long_sizes", npz(("a",), extra=struct.pack("<HHQQ", 1, 16, 152, 152), sizes=0xFFFFFFFF))
put("npz", "long_sizes_missing", npz(("a",), sizes=0xFFFFFFFF))
put("npz", "same_name", npz(("a", "a")))
put("npz", "empty", npz(()))
put("npz", "no_such_method", npz(method=14))
put("npz", "list_beyond_the_end", npz(end=(2, 2, 0xFFFFFFFE, 0xFFFFFFFE)))
put("npz", "many_files", npz(end=(0xFFFF, 0xFFFF, 100, 0)))
put("npz", "long_end", npz() [:-22] + b"PK\x06\x07" + struct.pack("<IQI", 0, 1 << 63, 1) + b"PK\x05\x06" + b"\xff" * 16 + b"\0\0")


put("number_column", "plain", "\x001.5\n-2e3\n+7\n")
put("number_column", "header", "\x02x,y,w\n1,2,3\n4,5,6\n")
put("number_column", "quotes", '\x03"x","y"\n"1"000,2\n3,"4""5"\n')
put("number_column", "decimal_commas", "\x0450,38\t1,42\n48,95\t0,93\n")
put("number_column", "doubt", "\x0050,38\n48,95\n")
put("number_column", "several", "\x0050,38  1,42\n")
put("number_column", "missing", "\x4ax;y;w\n1;NA;2\n;2;3\nnan;#N/A;null\n7;8;9\n")
put("number_column", "returns", "\x00# made\rx\r1\r\r\n2\r")
put("number_column", "mark_and_minus", b"\x00\xef\xbb\xbf\xe2\x88\x922.5\n\xc2\xa03\n")
put("number_column", "nul_and_latin", b"\x001\n\x00\xe4\n")

protein = "ACDEFGHIKLMNPQRSTVWY"
put("fasta", "two", f">a first\n{protein}\n{protein.lower()}*\n>b\n{protein} {protein}\n")
put("fasta", "loose", b"\xef\xbb\xbf\r\n> a\tx\r\nACD\r\n\r\n> a y\rEF\r")
put("fasta", "text_before", "ACD\n>a\nACD\n")
put("fasta", "pir", ">P1;name\ndescription\nACD*\n")
put("fasta", "nameless", ">\nACD\n>  \nACD\n")
put("fasta", "dash", ">a\nAC–D\u00a0E\u200b\n".encode())

put("sequence_table", "positions", f"\x05entry\tsequence\ttmd_start\ttmd_stop\tlabel\nP1\t{protein}\t5\t12\t1\nP2\t{protein}\t4\t9\t0\n")
put("sequence_table", "parts", "\x0aentry\tjmd_n\ttmd\tjmd_c\nP1\tACD\tEFGH\tIKL\nP2\t--D\tEFGX\tI-\n")
put("sequence_table", "tmd", f"\x00entry\tsequence\ttmd\nP1\t{protein}\tFGHI\n")
put("sequence_table", "anchors", f"\x13entry\tsequence\tpos\nP1\t{protein}\t5,9\nP2\t{protein}\t[7]\n")
put("sequence_table", "residues", f"\x11entry\tsequence\tlabel\nP1\tACDEFGH\t1,0,1,0,0,1,1\n")
put("sequence_table", "quotes", '\x00entry\tsequence\n"P\t1"\t"ACD\n EF""G"\nP2\tACD\n')
put("sequence_table", "wide", "\x00entry\tsequence" + "".join(f"\tc{k}" for k in range(40)) + "\nP1\tACDEF" + "\t1" * 40 + "\n")

categories = "scale_id\tcategory\tsubcategory\tscale_name\tscale_description\nS1\tc\ts\tn\td\nS2\tc\ts\tm\td\n"
put("scale_table", "two", "aa\tS1\tS2\nA\t0.5\t1\nC\t0\t-1e-3\nD\t1\t.5\n%\n" + categories)
put("scale_table", "letter_twice", "aa\tS1\nA\t0.5\nA\t1\n%\n" + categories)
put("scale_table", "unknown", "aa\tS1\tS3\nA\t0.5\tnan\n%\n" + categories)
put("scale_table", "dash", "aa\tS-1\n-\t0.5\n%\n" + categories.replace("S1", "S-1"))

put("split_kws", "all", "Segment:n_split_min=1,n_split_max=15;Pattern:steps=3/4,n_min=2,n_max=4,len_max=15;PeriodicPattern:steps=3/4")
put("split_kws", "names", " Segment ; Pattern")
put("split_kws", "wrong", "Segment:n_split_min=1,n_split_min=99999999999;;Pattern:steps=//")

put("quoting", "letters", "plain – ä\u00a0\u200b\t\"\\\n")
put("quoting", "no_utf8", b"\xff\xc3\x80\xe2\x80\xed\xa0\x80\x00\x7f")

put("json", "report", '{"schema": "isonomy-report", "version": 1,\n "kind": "run", "stages": [{"seconds": 1.5e-06}], "x": [null, true, false]}\n')
put("json", "numbers", "[0, -0.5, 1E+30, 123456789012345678901234567890, 1e-400]")
put("json", "escapes", '["\\u00e4\\ud835\\udc00\\"\\\\\\/\\b\\f\\n\\r\\t\u2013"]')
put("json", "half_surrogate", '["\\ud835"]')
put("json", "key_twice", '{"a": 1, "\\u0061": 2}')
put("json", "brackets", "[" * 101)
put("json", "leading_zero", "[01]")
put("json", "open", '{"a": "')
