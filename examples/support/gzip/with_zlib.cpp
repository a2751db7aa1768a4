// gunzip() and inflated() by zlib, reading piece by piece.
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "gunzip.hpp"
#include "isonomy/core/error.hpp"

namespace examples {

namespace {

/// What zlib unpacks, a piece at a time.
class Unpacked : public isonomy::io::Decoder {
 public:
  Unpacked(isonomy::io::Source packed, int window_bits) : packed_(std::move(packed)), piece_(std::size_t{1} << 16) {
    if (inflateInit2(&stream_, window_bits) != Z_OK) throw std::bad_alloc();
  }
  ~Unpacked() override { inflateEnd(&stream_); }

  std::size_t read(char* to, std::size_t count) final {
    std::size_t done = 0;
    while (done < count && !over_) {
      const std::size_t wanted = std::min(count - done, std::size_t{1} << 30);
      stream_.next_out = reinterpret_cast<Bytef*>(to + done);
      stream_.avail_out = static_cast<uInt>(wanted);
      if (stream_.avail_in == 0) fill();
      const int state = inflate(&stream_, Z_NO_FLUSH);
      done += wanted - stream_.avail_out;
      if (state == Z_STREAM_END)
        end_stream();
      else if (state != Z_OK)  // without input it may still have output to give
        fail(state == Z_BUF_ERROR && stream_.avail_in == 0 ? "data end early" : "data are damaged");
    }
    return done;
  }

 protected:
  static constexpr int largest_window = 15;

  /// Behind the end of a stream: notes that it was the last, or makes ready for another.
  virtual void end_stream() = 0;
  /// What the format's data are or do wrong.
  [[noreturn]] virtual void fail(const char* what) const = 0;

  isonomy::io::Source packed_;
  std::vector<char> piece_;
  z_stream stream_{};
  bool over_ = false;

 private:
  void fill() {
    stream_.next_in = reinterpret_cast<Bytef*>(piece_.data());
    stream_.avail_in = static_cast<uInt>(packed_.read(piece_.data(), piece_.size()));
  }
};

class Gunzip : public Unpacked {
 public:
  explicit Gunzip(isonomy::io::Source packed) : Unpacked(std::move(packed), largest_window + gzip_header) {}

 private:
  static constexpr int gzip_header = 16;

  /// Goes on behind the end of one gzip file: with another, as bgzip writes and cat makes them, or to the end. Zeros
  /// with which a file is filled up to a round size are left out, as gzip itself does.
  void end_stream() final {
    std::size_t left = stream_.avail_in;
    std::copy_n(reinterpret_cast<const char*>(stream_.next_in), left, piece_.data());
    left += packed_.read(piece_.data() + left, piece_.size() - left);
    stream_.next_in = reinterpret_cast<Bytef*>(piece_.data());
    stream_.avail_in = static_cast<uInt>(left);
    over_ = left == 0 || piece_[0] == '\0';
    if (over_) return require_zeros(left);
    if (piece_[0] != '\x1F') fail_text("other bytes follow the end of the gzip data");
    if (inflateReset(&stream_) != Z_OK) fail("data are damaged");
  }

  /// Nothing if all bytes are zeros, from the first `count` of the piece to the end of the file.
  void require_zeros(std::size_t count) {
    for (; count > 0; count = packed_.read(piece_.data(), piece_.size()))
      if (std::count(piece_.begin(), piece_.begin() + static_cast<std::ptrdiff_t>(count), '\0') !=
          static_cast<std::ptrdiff_t>(count))
        fail_text("other bytes follow the end of the gzip data");
  }

  [[noreturn]] void fail(const char* what) const final { fail_text(isonomy::text::joined("the gzip ", what)); }
  [[noreturn]] void fail_text(const std::string& what) const {
    throw isonomy::IoError(
        packed_.path(), 0,
        isonomy::text::joined(what, "; expected a complete file; check it with gzip -t, or copy it again"));
  }
};

/// One deflated stream without a header.
class Inflated : public Unpacked {
 public:
  explicit Inflated(isonomy::io::Source packed) : Unpacked(std::move(packed), -largest_window) {}

 private:
  void end_stream() final { over_ = true; }
  [[noreturn]] void fail(const char* what) const final {
    throw isonomy::IoError(
        packed_.path(), 0,
        isonomy::text::joined("the deflated ", what, "; expected a complete file; copy or save it again"));
  }
};

}  // namespace

std::unique_ptr<isonomy::io::Decoder> inflated(isonomy::io::Source deflated) {
  return std::make_unique<Inflated>(std::move(deflated));
}

std::unique_ptr<isonomy::io::Decoder> gunzip(isonomy::io::Source packed) {
  return std::make_unique<Gunzip>(std::move(packed));
}

}  // namespace examples
