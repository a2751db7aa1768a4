// What fuzzers and the replay of their corpus do with the bytes of one file: read it, by each of our readers.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../examples/support/profile/split_kws.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/text/letters.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/io/arrays/npy.hpp"
#include "isonomy/io/arrays/npy_reader.hpp"
#include "isonomy/io/arrays/npy_records.hpp"
#include "isonomy/io/arrays/npz_reader.hpp"
#include "isonomy/io/sequences/fasta.hpp"
#include "isonomy/io/sequences/scale_table.hpp"
#include "isonomy/io/sequences/sequence_table.hpp"
#include "isonomy/io/text/json.hpp"
#include "isonomy/io/text/json_reader.hpp"
#include "isonomy/io/text/number_column.hpp"
#include "isonomy/io/text/source.hpp"
#include "isonomy/io/text/tsv.hpp"

namespace isonomy::test::fuzz {

/// Ends the program where something that always holds does not.
inline void require(bool holds) {
  if (!holds) std::abort();
}

/// Takes the first byte of an input, which chooses how the rest is read; 0 of none.
inline unsigned take_byte(std::string_view& bytes) {
  if (bytes.empty()) return 0;
  const auto first = static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  return first;
}

/// Runs `read`, which may refuse its input with an error of ours, in one line of text without an invisible letter.
template <class F>
void refusing(F&& read) {
  try {
    read();
  } catch (const IoError& error) {
    require(text::shown(error.what()) == error.what());
    require(text::without_blanks(error.what()).size() > error.path.size());
  } catch (const Error& error) {
    require(!std::string_view(error.what()).empty());
  }
}

/// The first byte chooses format and columns.
inline void number_column(std::string_view bytes) {
  const unsigned how = take_byte(bytes);
  const std::string columns[] = {"", "2", "x", "y"};
  io::NumberFormat format{.decimal = (how & 4) != 0 ? ',' : '.'};
  if ((how & 8) != 0) format.missing = io::Missing::skip;
  if ((how & 48) != 0) format.separator = " ,;"[(how >> 4 & 3) - 1];
  std::vector<std::string> chosen{columns[how & 3]};
  if ((how & 64) != 0) chosen.push_back("3");
  refusing([&] {
    io::NumberColumnsReader reader(io::Source::of_memory("x.csv", bytes), chosen, format);
    while (reader.next())
      for (std::size_t k = 0; k < chosen.size(); ++k) require(std::isfinite(reader[k]));
    for (std::size_t k = 0; k < chosen.size() && reader.columns() > 0; ++k)
      require(reader.place(k) >= 1 && reader.place(k) <= reader.columns());
  });
}

/// The whole array, and its last element alone.
inline void npy(std::string_view bytes) {
  refusing([&] {
    const auto array = io::read_npy<double>(io::Source::of_memory("x.npy", bytes));
    require(static_cast<index_t>(array.values.size()) == array.header.size());
    if (array.values.empty()) return;
    io::NpyReader<double> reader(io::Source::of_memory("x.npy", bytes));
    std::vector<double> last(1);
    reader.read(reader.size() - 1, view(last));
    require(last[0] == array.values.back() || std::isnan(last[0]));
  });
  refusing([&] { static_cast<void>(io::read_npy<float>(io::Source::of_memory("x.npy", bytes))); });
  refusing([&] {
    io::Source source = io::Source::of_memory("x.npy", bytes);
    io::NpyHeader header = io::read_npy_header(source);
    if (header.fields.empty()) return;
    io::NpyRecordReader reader(std::move(source), std::move(header), {0});
    std::vector<std::vector<double>> column(1);
    reader.read(reader.size(), column);
    require(static_cast<index_t>(column[0].size()) == reader.size());
  });
}

/// Every array of an archive; bytes that are said to be deflated are taken as they are.
inline void npz(std::string_view bytes) {
  struct AsItIs : io::Decoder {
    explicit AsItIs(io::Source bytes_of_it) : source(std::move(bytes_of_it)) {}
    std::size_t read(char* to, std::size_t count) override { return source.read(to, count); }
    io::Source source;
  };
  refusing([&] {
    const io::NpzReader archive([&] { return io::Source::of_memory("x.npz", bytes); },
                                [](io::Source source) { return std::make_unique<AsItIs>(std::move(source)); });
    for (const auto& name : archive.names())
      refusing([&] {
        const auto array = io::read_npy<double>(archive.open(name));
        require(static_cast<index_t>(array.values.size()) == array.header.size());
      });
  });
}

inline void fasta(std::string_view bytes) {
  refusing([&] {
    io::FastaNames names;
    io::for_each_fasta(io::Source::of_memory("x.fasta", bytes), [&](io::FastaEntry&& entry) {
      require(!names.next(entry).empty() && !entry.sequence.empty() && entry.line > 0);
      require(std::none_of(entry.sequence.begin(), entry.sequence.end(), io::is_space));
    });
  });
  io::Source source = io::Source::of_memory("x.fasta", bytes);
  static_cast<void>(io::is_fasta(source));
}

/// The first byte chooses options.
inline void sequence_table(std::string_view bytes) {
  const unsigned how = take_byte(bytes);
  io::WindowOptions options;
  options.flanks = {static_cast<index_t>(how & 3), static_cast<index_t>(how >> 2 & 3)};
  if ((how & 16) != 0) options.tmd_len = 1 + (how & 3);
  options.remove_entries_with_gaps = (how & 32) != 0;
  options.replace_non_canonical_aa = (how & 64) != 0;
  options.drop_non_canonical = (how & 128) != 0;
  refusing([&] {
    const auto table = io::read_table(io::Source::of_memory("x.tsv", bytes));
    const auto read = io::sequences_from_table(table, options);
    require(!read.windows.empty() && read.rows.size() == read.windows.size());
  });
}

/// A table of scales and, behind a line '%', one of their categories.
inline void scale_table(std::string_view bytes) {
  const std::string_view border = "\n%\n";
  const auto at = std::min(bytes.find(border), bytes.size());
  const std::string_view scales = bytes.substr(0, at),
                         categories = bytes.substr(std::min(at + border.size(), bytes.size()));
  refusing([&] {
    const auto table = io::scales_from_tables(io::read_table(io::Source::of_memory("scales.tsv", scales)),
                                              io::read_table(io::Source::of_memory("categories.tsv", categories)));
    for (index_t d = 0; d < table.size(); ++d)
      for (const double value : table.values(d)) require(std::isfinite(value));
  });
}

inline void split_kws(std::string_view bytes) {
  refusing([&] { static_cast<void>(examples::parse_split_kws(bytes)); });
}

/// Messages and JSON, which quote what files hold.
inline void quoting(std::string_view bytes) {
  const std::string shown = text::shown(bytes), json = io::json_string(bytes), quoted = text::quoted(bytes);
  for (const std::string* out : {&shown, &json, &quoted}) require(io::detail::invalid_utf8(*out) == std::string::npos);
  require(text::shown(shown) == shown);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  require(std::none_of(json.begin(), json.end(), is_control));
  require(json.size() >= 2 && json.front() == '"' && json.back() == '"');
}

/// A value as JSON without blanks.
inline void append_json(const io::JsonValue& value, std::string& out) {
  using Kind = io::JsonValue::Kind;
  const bool object = value.kind == Kind::object;
  switch (value.kind) {
  case Kind::null: out += "null"; return;
  case Kind::boolean: out += value.truth ? "true" : "false"; return;
  case Kind::number: out += value.text; return;
  case Kind::string: out += io::json_string(value.text); return;
  default: out += object ? '{' : '[';
  }
  for (std::size_t i = 0; i < value.elements.size(); ++i) {
    if (i > 0) out += ',';
    if (object) (out += io::json_string(value.keys[i])) += ':';
    append_json(value.elements[i], out);
  }
  out += object ? '}' : ']';
}

/// What is read and written is read as the same.
inline void json(std::string_view bytes) {
  refusing([&] {
    std::string once, twice;
    append_json(io::read_json(io::Source::of_memory("x.json", bytes)), once);
    append_json(io::read_json(io::Source::of_memory("x.json", once)), twice);
    require(once == twice);
  });
}

struct Target {
  const char* name;
  void (*run)(std::string_view bytes);
};
inline constexpr Target targets[] = {{"number_column", number_column},
                                     {"npy", npy},
                                     {"npz", npz},
                                     {"fasta", fasta},
                                     {"sequence_table", sequence_table},
                                     {"scale_table", scale_table},
                                     {"split_kws", split_kws},
                                     {"quoting", quoting},
                                     {"json", json}};

}  // namespace isonomy::test::fuzz
