// Archives of arrays: what is written comes back, also by 64-bit sizes and deflated, and every way they can be wrong.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/io/arrays/npy.hpp"
#include "isonomy/io/arrays/npz_reader.hpp"
#include "isonomy/io/arrays/npz_writer.hpp"
#include "isonomy/io/arrays/zip_checksum.hpp"
#include "isonomy/io/text/source.hpp"
#include "support/catch.hpp"
#include "support/io_files.hpp"

using namespace isonomy;
using isonomy::test::has;
using isonomy::test::message_of;
using isonomy::test::TemporaryFolder;

namespace {

/// An archive in memory. The bytes must outlive it.
io::NpzReader archive_of(const std::string& bytes, io::Inflate inflate = {}) {
  return io::NpzReader([&bytes] { return io::Source::of_memory("x.npz", bytes); }, std::move(inflate));
}

/// What reading every array of an archive says is wrong.
std::string archive_error(const std::string& bytes, const io::Inflate& inflate = {}) {
  return message_of<IoError>([&] {
    const io::NpzReader archive = archive_of(bytes, inflate);
    for (const auto& name : archive.names()) static_cast<void>(io::read_npy<double>(archive.open(name)));
  });
}

std::string small_archive(std::uint64_t most = 0xFFFFFFFF) {
  io::NpzWriter writer(most);
  writer.add("cN", {2, 3}, {1, 2, 3, 4, 5, 6}, true);
  writer.add("level", 0.76);
  writer.add_integer("numiters", 7);
  return writer.take();
}

/// Gives bytes with 1 added, as if they had been deflated.
class AddOne : public io::Decoder {
 public:
  explicit AddOne(io::Source source) : source_(std::move(source)) {}
  std::size_t read(char* to, std::size_t count) override {
    const std::size_t got = source_.read(to, count);
    std::for_each(to, to + got, [](char& c) { c = static_cast<char>(c + 1); });
    return got;
  }

 private:
  io::Source source_;
};
std::unique_ptr<io::Decoder> add_one(io::Source source) { return std::make_unique<AddOne>(std::move(source)); }

/// Sets bytes from a place on.
std::string edited(std::string bytes, std::size_t at, const std::string& with) {
  return bytes.replace(at, with.size(), with);
}

}  // namespace

TEST_CASE("the checksum of archives is that of RFC 1952, whole or in parts", "[io]") {
  CHECK(io::crc32_of("") == 0);
  CHECK(io::crc32_of("123456789") == 0xCBF43926u);
  CHECK(io::crc32_of("6789", io::crc32_of("12345")) == 0xCBF43926u);
}

TEST_CASE("archives of arrays come back as they were written", "[io]") {
  for (const std::uint64_t most : {std::uint64_t{0xFFFFFFFF}, std::uint64_t{0}, std::uint64_t{200}}) {
    const std::string bytes = small_archive(most);  // with 64-bit sizes for none, all or some
    const io::NpzReader archive = archive_of(bytes);
    CHECK(archive.names() == std::vector<std::string>{"cN", "level", "numiters"});
    const auto matrix = io::read_npy<double>(archive.open("cN"));
    CHECK(matrix.header.fortran_order);
    CHECK(matrix.header.shape == std::vector<index_t>{2, 3});
    CHECK(matrix.values == std::vector<double>{1, 2, 3, 4, 5, 6});
    const auto level = io::read_npy<double>(archive.open("level"));
    CHECK(level.header.shape.empty());
    CHECK(level.values == std::vector<double>{0.76});
    CHECK(io::read_npy<double>(archive.open("numiters")).values == std::vector<double>{7});
  }
  CHECK(small_archive() == small_archive());
  const TemporaryFolder folder;
  const io::NpzReader file(folder.file("x.npz", small_archive()));
  CHECK(io::read_npy<double>(file.open("level")).values[0] == 0.76);
  std::string commented = small_archive();
  commented[commented.size() - 2] = 7;  // the length of a comment, which may look like an end
  commented += std::string("PK\x05\x06 no", 7);
  CHECK(archive_error(commented) == "no error");
}

TEST_CASE("archives of more files than 16 bits count come back whole", "[io]") {
  constexpr std::size_t largest_short = 0xFFFE;
  io::NpzWriter writer;
  for (std::size_t k = 0; k < largest_short; ++k) writer.add_integer(std::to_string(k), static_cast<std::int64_t>(k));
  for (std::size_t count = largest_short; count < largest_short + 4; ++count) {
    CAPTURE(count);
    io::NpzWriter copy = writer;
    for (std::size_t k = largest_short; k < count; ++k) copy.add(std::to_string(k), static_cast<double>(k));
    const std::string bytes = copy.take();
    CHECK(has(bytes.substr(bytes.size() - 98), "PK\x06\x06") == (count > largest_short));
    const io::NpzReader archive = archive_of(bytes);
    REQUIRE(archive.names().size() == count);
    const std::string last = std::to_string(count - 1);
    CHECK(archive.names().back() == last);
    CHECK(io::read_npy<double>(archive.open(last)).values[0] == static_cast<double>(count - 1));
  }
}

TEST_CASE("arrays that an archive cannot hold are refused before anything is written", "[io]") {
  io::NpzWriter writer;
  writer.add("cN", {2, 3}, {1, 2, 3, 4, 5, 6}, true);
  const index_t huge = index_t{1} << 32;  // whose square is 0 in 64 bits
  for (const std::vector<index_t>& shape : std::vector<std::vector<index_t>>{
           {}, {2}, {4}, {2, 2}, {7}, {2, 3, 2}, {-2, -3}, {0}, {0, -1}, {huge, huge}, {huge, huge, 6}})
    CHECK(has(message_of<ShapeError>([&] {
                writer.add("x", shape, {1, 2, 3, 4, 5, 6});
              }),
              "NpzWriter::add: the array 'x' has shape ("));
  for (const std::vector<index_t>& shape : std::vector<std::vector<index_t>>{{}, {1}, {huge, huge}, {0, -1}})
    CHECK(has(message_of<ShapeError>([&] { writer.add("x", shape, {}); }),
              " and 0 values; expected as many as the product of extents from 0 on; correct either"));
  CHECK(has(message_of<ValueError>([&] { writer.add("", 1); }), "the name '' has 0 bytes; expected 1 to 65531"));
  CHECK(
      has(message_of<ValueError>([&] { writer.add(std::string(65532, 'x'), 1); }), " has 65532 bytes; expected 1 to"));
  CHECK(has(message_of<ValueError>([&] { writer.add("cN", 1); }), "has an array 'cN' already; expected names that"));
  CHECK(has(message_of<ValueError>([&] { writer.add_integer("cN", 1); }), "has an array 'cN' already; expected names"));
  writer.add("level", 0.76);
  writer.add_integer("numiters", 7);
  CHECK(writer.take() == small_archive());
  writer.add("cN", {3, 0, huge}, {});
  writer.add(std::string(65531, 'x'), 1);
  const std::string bytes = writer.take();
  CHECK(archive_error(bytes) == "no error");
  CHECK(archive_of(bytes).names() == std::vector<std::string>{"cN", std::string(65531, 'x')});
}

TEST_CASE("deflated arrays are read through what inflates them", "[io]") {
  std::string bytes = small_archive();
  const auto list = bytes.find("PK\x01\x02"), begin = std::size_t{30} + 6;  // behind the header and the name cN.npy
  const auto size = static_cast<unsigned char>(bytes[18]) + 256u * static_cast<unsigned char>(bytes[19]);
  std::for_each(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                bytes.begin() + static_cast<std::ptrdiff_t>(begin + size),
                [](char& c) { c = static_cast<char>(c - 1); });
  bytes[list + 10] = 8;
  CHECK(io::read_npy<double>(archive_of(bytes, add_one).open("cN")).values == std::vector<double>{1, 2, 3, 4, 5, 6});
  CHECK(has(archive_error(bytes), "the array 'cN' is compressed, and nothing here decompresses it"));
}

TEST_CASE("archives that are damaged, in parts or no archives are refused", "[io]") {
  const std::string good = small_archive();
  const auto list = good.find("PK\x01\x02"), end = good.rfind("PK\x05\x06");
  REQUIRE(archive_error(good) == "no error");
  CHECK(has(archive_error(""), "x.npz: the file does not end as a zip archive"));
  CHECK(has(archive_error("no archive"), "does not end as a zip archive; expected a complete .npz archive"));
  for (std::size_t size = 0; size < good.size(); ++size) CHECK(archive_error(good.substr(0, size)) != "no error");
  CHECK(has(archive_error(good + "more"), "does not end as a zip archive"));
  CHECK(has(archive_error(edited(good, end + 4, "\x01")), "one part of an archive of several files"));
  CHECK(has(archive_error(edited(good, end + 10, "\x09")), "the archive's list has 3 of 9 files"));
  for (const char fewer : {'\0', '\2'})
    CHECK(has(archive_error(edited(good, end + 10, {fewer})), "list goes on after the "));
  CHECK(has(archive_error(edited(good, end + 12, "\xff\xff")), "the archive's list of files is said to lie at byte"));
  CHECK(
      has(archive_error(edited(good, end + 16, std::string("\x01\0\0\0", 4))), "the archive's list has 0 of 3 files"));
  CHECK(has(archive_error(edited(good, list + 28, "\xff\xff")), "list of files is cut short"));
  CHECK(has(archive_error(edited(good, list + 8, "\x01")), "the array 'cN' is encrypted"));
  CHECK(has(archive_error(edited(good, list + 10, "\x0e")),
            "the array 'cN' is packed by method 14; expected one as it is"));
  CHECK(has(archive_error(edited(good, list + 42, "\x05")), "there is no file 'cN.npy' at byte 5"));
  CHECK(has(archive_error(edited(good, 30, "x")), "at byte 0 is called 'xN.npy' there, but 'cN.npy' in the list"));
  CHECK(has(archive_error(edited(good, list + 46, "x")), "is called 'cN.npy' there, but 'xN.npy' in the list"));
  CHECK(has(archive_error(edited(good, 26, "\x05")), "is called 'cN.np' there, but 'cN.npy' in the list"));
  CHECK(has(archive_error(edited(good, list + 44, "\x05")), "header of a file is said to lie at byte"));
  CHECK(has(archive_error(edited(good, list + 20, "\xff\xff")), "the file ends within 'cN.npy'"));
  CHECK(has(archive_error(edited(good, list + 24, "\xff\xff")), "'cN.npy' ends "));
  CHECK(has(archive_error(edited(good, list + 24, "\x90")), "'cN.npy' goes on after its end"));
  CHECK(has(archive_error(edited(good, list + 16, "\x11")), "x.npz: 'cN.npy' is damaged: its checksum is wrong"));
  const auto value = good.find(std::string("\0\0\0\0\0\0\xF0\x3F", 8));
  CHECK(has(archive_error(edited(good, value, "\x01")), "'cN.npy' is damaged: its checksum is wrong"));
  CHECK(has(archive_error(edited(good, list + 46 + 3, "txt")), "no error"));  // another file beside arrays
  io::NpzWriter empty;
  CHECK(has(archive_error(empty.take()), "the archive holds no array"));
  const std::string long_sizes = small_archive(0);
  const auto long_end = long_sizes.find("PK\x06\x06");
  CHECK(has(archive_error(edited(long_sizes, long_end, "PQ")), "the archive's long end is not where it should be"));
  CHECK(has(archive_error(edited(long_sizes, long_end + 56 + 12, "\x01")), "end is said to lie at byte"));
}

TEST_CASE("arrays of an archive are told by name", "[io]") {
  const std::string good = small_archive();
  const auto open = [&](const std::string& bytes, const std::string& name) {
    return message_of<IoError>([&] { static_cast<void>(archive_of(bytes).open(name)); });
  };
  CHECK(has(open(good, "cS"), "x.npz: the archive has no array 'cS'; expected one of cN, level, numiters; name it"));
  io::NpzWriter pair;
  pair.add("a", 1);
  pair.add("b", 2);
  std::string twice = pair.take();
  for (auto at = twice.find("b.npy"); at != std::string::npos; at = twice.find("b.npy")) twice[at] = 'a';
  CHECK(has(open(twice, "a"), "x.npz: the name 'a' occurs twice in the archive; expected every name once; save its "));
  CHECK(has(message_of<IoError>([] { io::NpzReader("absent.npz"); }), "absent.npz: the file does not exist"));
  const auto piped = [] {
    return io::Source::decoded("pipe", std::make_unique<AddOne>(io::Source::of_memory("x", "")));
  };
  CHECK(has(message_of<IoError>([&] { io::NpzReader{piped}; }), "an archive cannot be read from a pipe"));
  std::string objects = good;  // '|O' in place of '<f8', with the checksum that belongs to it
  objects.replace(objects.find("'<f8'"), 5, "'|O' ");
  CHECK(has(archive_error(objects), "x.npz, cN: elements of type '|O'; expected f8, f4 or whole numbers"));
}
