// Columns of numbers and .npy arrays: what they give, and every way they can be wrong.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "isonomy/io/arrays/npy.hpp"
#include "isonomy/io/arrays/npy_reader.hpp"
#include "isonomy/io/text/number_column.hpp"
#include "support/catch.hpp"
#include "support/io_files.hpp"

using namespace isonomy;
using isonomy::test::has;
using isonomy::test::message_of;
using isonomy::test::TemporaryFolder;

namespace {

/// A header of format version 1 around a dictionary.
std::string npy(const std::string& dictionary, const std::string& data, char version = 1) {
  std::string head = "\x93NUMPY";
  head += {version, '\0', static_cast<char>(dictionary.size() & 0xff), static_cast<char>(dictionary.size() >> 8)};
  if (version > 1) head += {'\0', '\0'};
  return head + dictionary + data;
}

template <class T>
std::string bytes(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

}  // namespace

TEST_CASE("a column of numbers is read from every common layout", "[io]") {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& text, const std::string& column = "") {
    return io::read_number_column(folder.file("x.txt", text), column);
  };
  using Numbers = std::vector<double>;
  CHECK(read("1\n2.5\n-3e2\n") == Numbers{1, 2.5, -300});
  CHECK(read("1\r\n\r\n+2\r\n") == Numbers{1, 2});
  CHECK(read("x\n1\n2\n") == Numbers{1, 2});
  CHECK(read("# made by savetxt\n1.0 2.0\n  3.0   4.0 \n") == Numbers{1, 3});
  CHECK(read("1.0 2.0\n3.0 4.0", "2") == Numbers{2, 4});
  CHECK(read("mass,energy\n1,2\n3,4\n", "energy") == Numbers{2, 4});
  CHECK(read("mass\tenergy\n1\t2\n", "2") == Numbers{2});
  CHECK(read("a;b\n1; 2\n", "b") == Numbers{2});
  CHECK(read("name,value\nfirst,1\nsecond,2\n", "value") == Numbers{1, 2});
}

TEST_CASE("a number from 1 to the number of columns is a place, any other text a name", "[io]") {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& text, const std::string& column) {
    return io::read_number_column(folder.file("x.txt", text), column);
  };
  using Numbers = std::vector<double>;
  CHECK(read("2,5\n3,7\n4,9\n", "2") == Numbers{5, 7, 9});
  CHECK(read("2 1\n3 7\n", "1") == Numbers{2, 3});
  CHECK(read("1\n2\n", "1") == Numbers{1, 2});
  CHECK(read("2,depth\n3,7\n", "2") == Numbers{7});
  CHECK(read("2023,2024\n1,2\n3,4\n", "2024") == Numbers{2, 4});
  CHECK(read("0.5,1.5\n1,2\n", "1.5") == Numbers{2});
  io::NumberColumnReader year(folder.file("y.txt", "2023,2024\n1,2\n"), "2024");
  CHECK(year.name() == "2024");
  CHECK(year.place() == 2);
  io::NumberColumnReader second(folder.file("z.txt", "2,5\n3,7\n"), "2");
  CHECK(second.name().empty());
  CHECK(second.place() == 2);
}

TEST_CASE("a column that cannot be read is named with file, line, value and remedy", "[io]") {
  const TemporaryFolder folder;
  const auto said = [&](const std::string& text, const std::string& column = "") {
    const std::string path = folder.file("x.txt", text);
    std::string what = message_of<IoError>([&] { static_cast<void>(io::read_number_column(path, column)); });
    return what.rfind(path, 0) == 0 ? what.substr(path.size()) : what;
  };
  CHECK(has(said(""), "the file is empty"));
  CHECK(has(said("# nothing\n\n"), "there is no number in the file"));
  CHECK(has(said("x\n"), "there is no number in the file"));
  CHECK(has(said("1,2\n3\n"), "the row has 1 cells; expected 2 as in the first"));
  CHECK(has(said("1\n2 3\n"), "the row has 2 cells; expected 1"));
  CHECK(has(said("1\ntwo\n"), ":2: column '1' is 'two'; expected a number; correct the cell"));
  CHECK(has(said("x\n1\n\nnan\n"), ":4: column '1' is 'nan'; expected a finite number"));
  CHECK(has(said("x\n1\n1e999\n", "x"), "column 'x' is '1e999'; expected a finite number of double range"));
  CHECK(has(said("a,b\n1,2\n", "c"), "there is no column 'c'; the first line has 2: a, b; give a name of these"));
  CHECK(has(said("1 2\n", "3"), "there is no column '3'"));
  CHECK(has(said("1 2\n", "0"), "there is no column '0'"));
  CHECK(has(said(std::string("1\n\0\n", 4)), "NUL byte"));
  CHECK(has(message_of<IoError>([&] { static_cast<void>(io::read_number_column(folder.path("none"))); }),
            "the file does not exist"));
}

TEST_CASE("arrays of NumPy come back as they were written", "[io]") {
  const TemporaryFolder folder;
  std::vector<double> x{0, -0.0, 1.5, 1e308, 5e-324, -2};
  const std::string path = folder.path("x.npy");
  io::write_npy(path, MatrixView<const double>(x.data(), 2, 3, 3, 1));
  const auto rows = io::read_npy<double>(path);
  CHECK(rows.header.shape == std::vector<index_t>{2, 3});
  CHECK(rows.header.data_offset % 64 == 0);
  CHECK(rows.values == x);
  CHECK(rows.matrix()(1, 0) == 1e308);
  io::write_npy(path, MatrixView<const double>(x.data(), 2, 3, 1, 2));  // any strides, C order in the file
  CHECK(io::read_npy<double>(path).values == std::vector<double>{0, 1.5, 5e-324, -0.0, 1e308, -2});
  const std::vector<float> y{1, 2.5f};
  io::write_npy(path, view(y));
  CHECK(io::read_npy<float>(path).values == y);
  CHECK(io::read_npy<double>(path).values == std::vector<double>{1, 2.5});
  CHECK(io::read_npy<float>(path).header.shape == std::vector<index_t>{2});
}

TEST_CASE("headers of every version and order are understood", "[io]") {
  const TemporaryFolder folder;
  const auto data = bytes<double>({1, 2, 3, 4, 5, 6});
  for (const char version : {'\1', '\2', '\3'}) {
    const auto x = io::read_npy<double>(
        folder.file("x.npy", npy("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }   \n", data, version)));
    CHECK(x.header.fortran_order);
    CHECK(x.matrix()(0, 1) == 3);
    CHECK(x.matrix().rows == 2);
  }
  const auto reordered = io::read_npy<double>(
      folder.file("x.npy", npy("{'shape': (6,), 'fortran_order': False, 'descr': '<f8'}\n", data)));
  CHECK(reordered.vector().size == 6);
  CHECK(
      io::read_npy<double>(folder.file("x.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3)}\n", "")))
          .values.empty());
}

TEST_CASE("an array that cannot be read is named with what is wrong and the remedy", "[io]") {
  const TemporaryFolder folder;
  const auto said = [&](const std::string& content) {
    return message_of<IoError>([&] { static_cast<void>(io::read_npy<double>(folder.file("x.npy", content))); });
  };
  const auto with = [&](const std::string& type, const std::string& shape, const std::string& data) {
    return said(npy("{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }\n", data));
  };
  const auto six = bytes<double>({1, 2, 3, 4, 5, 6});
  CHECK(has(said(""), "the file ends within its first 8 bytes, after 0 of 8 bytes"));
  CHECK(has(said("1.0 2.0 3.0\n"), "the file does not begin as a .npy file"));
  CHECK(has(said(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (6,), }\n", six, 9)), "format version 9"));
  CHECK(has(said(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (6,), }\n", six).substr(0, 30)),
            "the file ends within its header"));
  CHECK(has(with("<f8", "(6,)", six.substr(0, 41)), "where its header promises 6 elements of 8"));
  CHECK(has(with("<f8", "(6,)", six + "x"), "the file goes on after its 6 elements"));
  CHECK(has(with(">f8", "(6,)", six), "elements are big-endian ('>f8')"));
  CHECK(has(with("<i8", "(6,)", six), "elements of type 'i8'; expected f8 or f4; convert it with astype('<f8')"));
  CHECK(has(with("<c16", "(3,)", six), "elements of type 'c16'"));
  CHECK(has(with("|O", "(6,)", six), "elements of type 'O'"));
  CHECK(has(with("<f8", "6", six), "the header's shape is '6'"));
  CHECK(has(with("<f8", "(-6,)", six), "the header's shape is '(-6,)'"));
  CHECK(has(with("<f8", "(1099511627776, 1099511627776)", six), "the header's shape is"));
  CHECK(has(with("<f8", "(1000000000000,)", six), "where its header promises 1000000000000 elements"));
  CHECK(has(said(npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (6,), }\n", six)),
            "expected one number an element"));
  CHECK(has(said(npy("{'descr': '<f8', 'shape': (6,), }\n", six)), "the header has no fortran_order"));
  CHECK(has(message_of<IoError>([&] { static_cast<void>(io::read_npy<double>(folder.path("none.npy"))); }),
            "the file does not exist"));
  CHECK(has(message_of<IoError>([&] { static_cast<void>(io::read_npy<double>(folder.path("."))); }),
            "this is a directory"));
  const std::string doubles =
      folder.file("d.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (6,)}\n", six));
  CHECK(has(message_of<IoError>([&] { static_cast<void>(io::read_npy<float>(doubles)); }),
            "elements of type 'f8'; expected f4; convert it with astype('<f4')"));
}

TEST_CASE("an array of three dimensions or more is no matrix", "[io]") {
  const TemporaryFolder folder;
  const auto shaped = [&](const std::string& shape, const std::string& order = "False") {
    return io::read_npy<double>(
        folder.file("x.npy", npy("{'descr': '<f8', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n",
                                 bytes<double>({1, 2, 3, 4, 5, 6, 7, 8}))));
  };
  for (const char* order : {"True", "False"}) {
    const auto cube = shaped("(2, 2, 2)", order);
    CHECK(cube.vector().size == 8);
    CHECK(message_of<ShapeError>([&] { static_cast<void>(cube.matrix()); }) ==
          "NpyArray::matrix: the array has shape (2, 2, 2); expected two dimensions at most; bring it to two with "
          "numpy's reshape, or take vector()");
  }
  CHECK(has(message_of<ShapeError>([&] { static_cast<void>(shaped("(8, 1, 1, 1)").matrix()); }), "(8, 1, 1, 1)"));
  CHECK(shaped("(4, 2)").matrix()(3, 1) == 8);
  CHECK(shaped("(8,)").matrix().columns == 1);
  CHECK(shaped("(8,)").header.shape_text() == "(8,)");
}

TEST_CASE("a reader of parts of an array refuses a wrong file before it reads an element", "[io]") {
  const TemporaryFolder folder;
  const auto six = bytes<double>({1, 2, 3, 4, 5, 6});
  const auto with = [&](const std::string& type, const std::string& data) {
    return folder.file("x.npy", npy("{'descr': '" + type + "', 'fortran_order': False, 'shape': (6,), }\n", data));
  };
  const auto said = [&](const std::string& type, const std::string& data) {
    return message_of<IoError>([&] { const io::NpyReader<double> reader(with(type, data)); });
  };
  CHECK(has(said("<f8", six + "x"), "the file goes on after its 6 elements; expected one array"));
  CHECK(has(said("<f4", six), "the file goes on after its 6 elements"));
  CHECK(has(said("<f8", six.substr(0, 47)), "where its header promises 6 elements of 8"));
  CHECK(has(said("<i8", six), "elements of type 'i8'; expected f8 or f4; convert it with astype('<f8')"));
  CHECK(has(said("<c16", six + six), "elements of type 'c16'"));
  CHECK(has(said(">f8", six), "elements are big-endian ('>f8')"));
  CHECK(has(message_of<IoError>([&] { const io::NpyReader<float> reader(with("<f8", six)); }),
            "elements of type 'f8'; expected f4; convert it with astype('<f4')"));
  std::vector<double> last(2);
  io::NpyReader<double>(with("<f8", six)).read(4, view(last));
  CHECK(last == std::vector<double>{5, 6});
}

TEST_CASE("quoted cells are read without their quotes and may hold separators", "[io]") {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& text, const std::string& column = "") {
    return io::read_number_column(folder.file("x.txt", text), column);
  };
  using Numbers = std::vector<double>;
  CHECK(read("\"eruptions\",\"waiting\"\n3.6,79\n\"1.8\", \"54\"\n", "waiting") == Numbers{79, 54});
  CHECK(read("\"place, town\",depth\n\"Inn, old\",1\n\"Inn, new\",2\n", "depth") == Numbers{1, 2});
  CHECK(read("\"first word\" 1\n\"second word\" 2\n", "2") == Numbers{1, 2});
  CHECK(read("\"so-called \"\"depth\"\", m\", x\n\"1\" , 2\n", "so-called \"depth\", m") == Numbers{1});
  CHECK(
      has(message_of<IoError>([&] { static_cast<void>(read("a,b\n1,\"2\"3\n", "a")); }),
          ":2: column 2: text follows the closing quote of a cell, '3'; expected a separator or the end of the line"));
  CHECK(has(message_of<IoError>([&] { static_cast<void>(read("a b\n\"1\"500 2\n", "b")); }),
            ":2: column 1: text follows the closing quote of a cell, '500'"));
  CHECK(read("a\tb\n\t1\n\t2\n", "b") == Numbers{1, 2});
  CHECK(has(message_of<IoError>([&] { static_cast<void>(read("a,b\n1,\n", "b")); }),
            ":2: column 'b' is ''; expected a number"));
  CHECK(has(message_of<IoError>([&] { static_cast<void>(read("a,b\n1,\"2\n", "b")); }),
            ":2: column 'b' is '\"2'; expected a number"));
}

TEST_CASE("a reader of a column tells its name, place and line", "[io]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("x.txt", "# units: cm\n\nname, depth\nfirst, 1\nsecond, 2\n");
  io::NumberColumnReader chosen(path, "2");
  CHECK(chosen.name() == "depth");
  CHECK(chosen.place() == 2);
  CHECK(chosen.columns() == 2);
  CHECK(chosen.next() == 1.0);
  CHECK(chosen.line_number() == 4);
  CHECK(chosen.next() == 2.0);
  CHECK(!chosen.next().has_value());
  CHECK(!chosen.next().has_value());
  io::NumberColumnReader plain(folder.file("y.txt", "3\n4\n"));
  CHECK(plain.name().empty());
  CHECK(plain.next() == 3.0);
  CHECK(plain.next() == 4.0);
  io::NumberColumnReader unchosen(path);
  CHECK(has(message_of<IoError>([&] { static_cast<void>(unchosen.next()); }),
            ":4: column '1' is 'first'; expected a number, or another of the columns named"));
}

TEST_CASE("the header of an array can be read by itself", "[io]") {
  const TemporaryFolder folder;
  const auto header = io::read_npy_header(
      folder.file("x.npy", npy("{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3), }\n", "")));
  CHECK(header.element == "i4");
  CHECK(header.size() == 6);
}
