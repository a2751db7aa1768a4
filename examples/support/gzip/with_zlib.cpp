// gunzip() and inflated() by zlib, reading piece by piece.
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <new>
#include <utility>
#include <vector>

#include "gunzip.hpp"
#include "isonomy/core/error.hpp"

namespace examples {

namespace {

class Gunzip : public isonomy::io::Decoder {
 public:
  explicit Gunzip(isonomy::io::Source packed) : packed_(std::move(packed)), piece_(std::size_t{1} << 16) {
    constexpr int largest_window = 15, gzip_header = 16;
    if (inflateInit2(&stream_, largest_window + gzip_header) != Z_OK) throw std::bad_alloc();
  }
  ~Gunzip() override { inflateEnd(&stream_); }

  std::size_t read(char* to, std::size_t count) override {
    std::size_t done = 0;
    while (done < count && !over_) {
      const std::size_t wanted = std::min(count - done, std::size_t{1} << 30);
      stream_.next_out = reinterpret_cast<Bytef*>(to + done);
      stream_.avail_out = static_cast<uInt>(wanted);
      if (stream_.avail_in == 0) fill();
      const int state = inflate(&stream_, Z_NO_FLUSH);
      done += wanted - stream_.avail_out;
      if (state == Z_STREAM_END)
        begin_next();
      else if (state != Z_OK)
        fail("the gzip data are damaged");
    }
    return done;
  }

 private:
  void fill() {
    stream_.next_in = reinterpret_cast<Bytef*>(piece_.data());
    stream_.avail_in = static_cast<uInt>(packed_.read(piece_.data(), piece_.size()));
    if (stream_.avail_in == 0) fail("the gzip data end early");
  }

  /// Goes on behind the end of one gzip file: with another, as bgzip writes and cat makes them, or to the end. Zeros
  /// with which a file is filled up to a round size are left out, as gzip itself does.
  void begin_next() {
    std::size_t left = stream_.avail_in;
    std::copy_n(reinterpret_cast<const char*>(stream_.next_in), left, piece_.data());
    left += packed_.read(piece_.data() + left, piece_.size() - left);
    stream_.next_in = reinterpret_cast<Bytef*>(piece_.data());
    stream_.avail_in = static_cast<uInt>(left);
    over_ = left == 0 || piece_[0] == '\0';
    if (over_) return require_zeros(left);
    if (piece_[0] != '\x1F') fail("other bytes follow the end of the gzip data");
    if (inflateReset(&stream_) != Z_OK) fail("the gzip data are damaged");
  }

  /// Nothing if all bytes are zeros, from the first `count` of the piece to the end of the file.
  void require_zeros(std::size_t count) {
    for (; count > 0; count = packed_.read(piece_.data(), piece_.size()))
      if (std::count(piece_.begin(), piece_.begin() + static_cast<std::ptrdiff_t>(count), '\0') !=
          static_cast<std::ptrdiff_t>(count))
        fail("other bytes follow the end of the gzip data");
  }

  [[noreturn]] void fail(const char* what) const {
    throw isonomy::IoError(
        packed_.path(), 0,
        isonomy::text::joined(what, "; expected a complete file; check it with gzip -t, or copy it again"));
  }

  isonomy::io::Source packed_;
  std::vector<char> piece_;
  z_stream stream_{};
  bool over_ = false;
};

/// One deflated stream without a header.
class Inflated : public isonomy::io::Decoder {
 public:
  explicit Inflated(isonomy::io::Source packed) : packed_(std::move(packed)), piece_(std::size_t{1} << 16) {
    constexpr int largest_window = 15;
    if (inflateInit2(&stream_, -largest_window) != Z_OK) throw std::bad_alloc();
  }
  ~Inflated() override { inflateEnd(&stream_); }

  std::size_t read(char* to, std::size_t count) override {
    std::size_t done = 0;
    while (done < count && !over_) {
      const std::size_t wanted = std::min(count - done, std::size_t{1} << 30);
      stream_.next_out = reinterpret_cast<Bytef*>(to + done);
      stream_.avail_out = static_cast<uInt>(wanted);
      if (stream_.avail_in == 0) {
        stream_.next_in = reinterpret_cast<Bytef*>(piece_.data());
        stream_.avail_in = static_cast<uInt>(packed_.read(piece_.data(), piece_.size()));
      }
      const int state = inflate(&stream_, Z_NO_FLUSH);
      done += wanted - stream_.avail_out;
      over_ = state == Z_STREAM_END;
      if (!over_ && state != Z_OK)
        throw isonomy::IoError(packed_.path(), 0,
                               "the deflated data are damaged or end early; expected a complete file; copy or save it "
                               "again");
    }
    return done;
  }

 private:
  isonomy::io::Source packed_;
  std::vector<char> piece_;
  z_stream stream_{};
  bool over_ = false;
};

}  // namespace

std::unique_ptr<isonomy::io::Decoder> inflated(isonomy::io::Source deflated) {
  return std::make_unique<Inflated>(std::move(deflated));
}

std::unique_ptr<isonomy::io::Decoder> gunzip(isonomy::io::Source packed) {
  return std::make_unique<Gunzip>(std::move(packed));
}

}  // namespace examples
