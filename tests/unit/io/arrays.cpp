// Arrays in NumPy's format: what they give, and every way they can be wrong.
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <limits>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "isonomy/core/text.hpp"
#include "isonomy/io/arrays/npy.hpp"
#include "isonomy/io/arrays/npy_header.hpp"
#include "isonomy/io/arrays/npy_reader.hpp"
#include "isonomy/io/arrays/npy_records.hpp"
#include "isonomy/io/text/source.hpp"
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

TEST_CASE("fields of records are read wherever they stand", "[io]") {
  const TemporaryFolder folder;
  std::string data;
  for (int i = 0; i < 3; ++i) {
    data += bytes<std::int16_t>({static_cast<std::int16_t>(-i)});
    data += "four" + std::string(12, 'u') + "12345678";  // S4, U3, M8
    data += bytes<float>({0.5F, 1.5F, 2.5F, 3.5F});
    data += bytes<double>({i + 0.25});
    std::string big = bytes<std::int32_t>({1000 + i});
    std::reverse(big.begin(), big.end());
    data += big + "pad!" + bytes<std::uint64_t>({i == 2 ? (std::uint64_t{1} << 53) + 1 : 7});
  }
  const std::string descr =
      "[('a', '<i2'), ('text', '|S4'), ('wide', '<U3'), ('day', '<M8[ns]'), ('grid', '<f4', (2, 2)), "
      "(('a title', 'inner'), [('x', '<f8')]), ('big', '>i4'), ('', '|V4'), ('last', 'uint64')]";
  const auto path =
      folder.file("x.npy", npy("{'descr': " + descr + ", 'fortran_order': False, 'shape': (3,), }\n", data));
  io::Source source(path, ".npy file");
  io::NpyHeader header = io::read_npy_header(source);
  REQUIRE(header.fields.size() == 9);
  CHECK(header.fields[5].name == "inner");
  CHECK(header.fields[4].size == 16);
  CHECK(header.fields[4].type.element.empty());
  io::NpyRecordReader reader(std::move(source), std::move(header), {6, 0});
  REQUIRE(reader.size() == 3);
  std::vector<std::vector<double>> columns(2);
  reader.read(2, columns);
  reader.read(1, columns);
  CHECK(columns == std::vector<std::vector<double>>{{1000, 1001, 1002}, {0, -1, -2}});
  const auto reading = [&](std::size_t field) {
    return message_of<IoError>([&] {
      io::Source again(path, ".npy file");
      io::NpyHeader its = io::read_npy_header(again);
      std::vector<std::vector<double>> column(1);
      io::NpyRecordReader(std::move(again), std::move(its), {field}).read(3, column);
    });
  };
  CHECK(has(reading(8), "the field 'last' of element 2 (from 0) is a whole number that no double holds"));
  CHECK(has(reading(4), "the field 'grid' has elements of type '<f4(2, 2)'; expected"));
  CHECK(has(reading(5), "the field 'inner' has elements of type '[('x', '<f8')]'; expected"));
  CHECK(has(reading(1), "the field 'text' has elements of type '|S4'; expected"));
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
  CHECK(has(said(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (6,), }\n", six, 9)), "format version 9.0"));
  CHECK(has(said(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (6,), }\n", six).substr(0, 30)),
            "the file ends within its header"));
  CHECK(has(with("<f8", "(6,)", six.substr(0, 41)), "where its header promises 6 elements of 8"));
  CHECK(has(with("<f8", "(6,)", six + "x"), "the file goes on after its 6 elements"));
  for (const char* type : {"<c16", "|O", "<f2", "<f16", "|b1", "|S8", "<U2", "<M8[ns]", "Qf8", "|f8", "<f08",
                           "<float64", "<f", "8", "<", "", "<f8 ", "<b8"})
    CHECK(has(with(type, "(6,)", six), std::string("elements of type '") + type +
                                           "'; expected f8, f4 or whole numbers; convert them with astype('<f8')"));
  for (const char* shape : {"6", "(6)", "(-6,)", "(,)", "(6,,)", "(2 3)", "(2.0, 3)", "('6',)", "((6,),)", "(06,)",
                            "(+6,)", "(True, 6)", "[6]", "(1099511627776, 1099511627776)", "(18446744073709551622,)"})
    CHECK(has(with("<f8", shape, six), text::joined("the header's shape is '", text::beginning(shape, 60), "'")));
  std::string dimensions = "(";
  for (int i = 0; i < 65; ++i) dimensions += "1, ";
  CHECK(has(with("<f8", dimensions + ")", six), "the header's shape is"));
  CHECK(has(with("<f8", "(1000000000000,)", six), "where its header promises 1000000000000 elements"));
  const auto described = [&](const std::string& descr) {
    return said(npy("{'descr': " + descr + ", 'fortran_order': False, 'shape': (6,), }\n", six));
  };
  CHECK(
      has(described("[('e', '<f8'), ('w, (kg)', '<f4')]"),
          "the elements are records with the fields e, w, (kg); expected one number an element; save one field, as in "
          "numpy.save(file, x['e'])"));
  CHECK(has(described("[(('title', 'a'), '<f8'), (\"it's\", '<f4', (3, 2))]"), "with the fields a, it's; "));
  CHECK(has(described("[8]"), "the elements are records, '[8]'; expected one number"));
  CHECK(has(described("('<f8', (3,))"), "the header's descr is '('<f8', (3,))'"));
  CHECK(has(described("<f8"), "the header's descr is '<f8'"));
  CHECK(has(described("'<f8\""), "the header is '{'descr': '<f8\", 'fortran_order': False"));
  const auto dictionary = [&](const std::string& text) { return said(npy(text, six)); };
  CHECK(has(dictionary("{'descr': '<f8', 'shape': (6,), }\n"), "the header has no key 'fortran_order'"));
  CHECK(has(dictionary("{'descr': '<f8', 'fortran_order': 0, 'shape': (6,), }\n"),
            "the header's fortran_order is '0'; expected True or False"));
  CHECK(has(dictionary("{'descr': '<f8', 'fortran_order': False, 'shape': (6,), 'more': 1}"), "has the key ''more''"));
  CHECK(has(dictionary("{'descr': '<f8', 'fortran_order': False, 'shape': (6,), 'descr': '<f4'}"),
            "the header has twice the key 'descr'"));
  CHECK(has(dictionary("{'descr': '<f8', 'fortran_order': False, 'shape': (6,)} + {}"),
            "the header goes on after its dictionary: ' + {}'"));
  for (const char* text : {"", "{", "{'descr'", "{'descr': '<f8'", "{'descr': '<f8', 'shape': (6,", "['descr']", "{}}}",
                           "{'a\\", "{((((((", "{))))))", "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3}",
                           "{'descr': '<f8', 'fortran_order': False, 'shape': 2, 3)}"})
    CHECK(has(dictionary(text), "the header "));
  CHECK(has(message_of<IoError>([&] { static_cast<void>(io::read_npy<double>(folder.path("none.npy"))); }),
            "the file does not exist"));
  CHECK(has(message_of<IoError>([&] { static_cast<void>(io::read_npy<double>(folder.path("."))); }),
            "this is a directory"));
  const std::string doubles =
      folder.file("d.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (6,)}\n", six));
  CHECK(has(message_of<IoError>([&] { static_cast<void>(io::read_npy<float>(doubles)); }),
            "elements of type '<f8'; expected f4 or whole numbers; convert them with astype('<f4')"));
}

TEST_CASE("elements of every type that holds numbers are read, in either order of bytes", "[io]") {
  const TemporaryFolder folder;
  const auto with = [&](const std::string& type, const std::string& shape, const std::string& data) {
    return folder.file("x.npy",
                       npy("{\"descr\": \"" + type + "\", 'fortran_order': False, 'shape': " + shape + "}", data));
  };
  const auto read = [&](const std::string& type, std::string data, std::size_t width) {
    const std::string path = with(type, "(3,)", data), swapped_type = ">" + type.substr(1);
    const auto values = io::read_npy<double>(path).values;
    for (std::size_t i = 0; i < data.size(); i += width)
      std::reverse(data.begin() + static_cast<std::ptrdiff_t>(i),
                   data.begin() + static_cast<std::ptrdiff_t>(i + width));
    CHECK(io::read_npy<double>(with(swapped_type, "(3,)", data)).values == values);
    return values;
  };
  using Numbers = std::vector<double>;
  CHECK(read("<f8", bytes<double>({1, -2.5, 1e300}), 8) == Numbers{1, -2.5, 1e300});
  CHECK(read("<f4", bytes<float>({1, -2.5, 1e30f}), 4) == Numbers{1, -2.5, 1e30f});
  CHECK(read("|i1", bytes<std::int8_t>({1, -128, 127}), 1) == Numbers{1, -128, 127});
  CHECK(read("<i2", bytes<std::int16_t>({1, -32768, 258}), 2) == Numbers{1, -32768, 258});
  CHECK(read("<i4", bytes<std::int32_t>({1, -2147483647 - 1, 66051}), 4) == Numbers{1, -2147483648.0, 66051});
  CHECK(read("|u1", bytes<std::uint8_t>({1, 255, 0}), 1) == Numbers{1, 255, 0});
  CHECK(read("<u2", bytes<std::uint16_t>({1, 65535, 0}), 2) == Numbers{1, 65535, 0});
  CHECK(read("<u4", bytes<std::uint32_t>({1, 4294967295u, 0}), 4) == Numbers{1, 4294967295.0, 0});
  const std::int64_t least = std::numeric_limits<std::int64_t>::min(), limit = std::int64_t{1} << 53;
  CHECK(read("<i8", bytes<std::int64_t>({-limit, least, limit + 2}), 8) == Numbers{-0x1p53, -0x1p63, 0x1p53 + 2});
  CHECK(read("<u8", bytes<std::uint64_t>({1, std::uint64_t{1} << 63, 0}), 8) == Numbers{1, 0x1p63, 0});
  for (const char* type : {"f8", "=f8", "float64"})
    CHECK(io::read_npy<double>(with(type, "(2L,)", bytes<double>({3, 4}))).values == Numbers{3, 4});
  for (const char* type : {"i4", "int32"})
    CHECK(io::read_npy<float>(with(type, "(2,)", bytes<std::int32_t>({3, 1 << 24}))).values ==
          std::vector<float>{3, 0x1p24f});

  CHECK(has(message_of<IoError>([&] {
              static_cast<void>(io::read_npy<double>(with("<i8", "(2,)", bytes<std::int64_t>({1, -limit - 1}))));
            }),
            "element 1 (from 0) is -9007199254740993, which a double does not hold; expected whole numbers up to "
            "9007199254740992 in size"));
  CHECK(has(message_of<IoError>([&] {
              static_cast<void>(io::read_npy<double>(with("<u8", "(1,)", bytes<std::uint64_t>({~std::uint64_t{0}}))));
            }),
            "element 0 (from 0) is 18446744073709551615, which a double does not hold"));
  CHECK(has(message_of<IoError>([&] {
              static_cast<void>(io::read_npy<float>(with("<i4", "(1,)", bytes<std::int32_t>({(1 << 24) + 1}))));
            }),
            "is 16777217, which a float does not hold"));
}

TEST_CASE("an array from a pipe is read once, and wrong ones are refused without its memory", "[io]") {
  const TemporaryFolder folder;
  const std::string pipe = folder.path("pipe.npy");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  std::vector<double> values(300'000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i) / 3;
  const auto header = [](const std::string& shape) {
    return npy("{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + "}", "");
  };
  const auto with_writer = [&](const std::string& content, auto&& read) {
    std::thread writer([&] {
      std::ofstream out(pipe, std::ios::binary);
      out.write(content.data(), static_cast<std::streamsize>(content.size()));
    });
    const std::string said = message_of<IoError>(read);
    writer.join();
    return said;
  };
  std::vector<double> got;
  const auto read = [&] { got = io::read_npy<double>(pipe).values; };
  CHECK(with_writer(header("(300000,)") + bytes(values), read) == "no error");
  CHECK(got == values);
  CHECK(
      has(with_writer(header("(300000,)") + bytes(values) + "x", read), "the file goes on after its 300000 elements"));
  CHECK(has(with_writer(header("(36028797018963968,)") + bytes<double>({1, 2}), read),
            "the file ends after 2 of 36028797018963968 elements"));
  CHECK(with_writer(header("(0,)"), read) == "no error");
  CHECK(got.empty());
  CHECK(has(with_writer(header("(0,)") + "x", read), "the file goes on after its 0 elements"));
  CHECK(has(with_writer(header("(3,)") + bytes<double>({1, 2, 3}),
                        [&] {
                          io::NpyReader<double> reader(pipe);
                          std::vector<double> two(2);
                          reader.read(0, view(two));
                          reader.read(0, view(two));
                        }),
            "cannot be read from the middle"));
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
  CHECK(has(said("<c16", six + six), "elements of type '<c16'; expected f8, f4 or whole numbers"));
  CHECK(has(message_of<IoError>([&] { const io::NpyReader<float> reader(with("<f8", six)); }),
            "elements of type '<f8'; expected f4 or whole numbers; convert them with astype('<f4')"));
  std::vector<double> last(2);
  io::NpyReader<double>(with("<f8", six)).read(4, view(last));
  CHECK(last == std::vector<double>{5, 6});
}

TEST_CASE("the header of an array can be read by itself", "[io]") {
  const TemporaryFolder folder;
  const auto header = io::read_npy_header(
      folder.file("x.npy", npy("{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3), }\n", "")));
  CHECK(header.type.element == "i4");
  CHECK(header.size() == 6);
}
