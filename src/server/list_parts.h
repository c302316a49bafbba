// Long lists within a page, cut into parts of 100 rows that plain links lead through: "?tensors=2#weights".
// Rows that have names are also found by them, in whichever part they are: "?named=kernel#weights".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tfhub/result.h"

namespace tfhub::server {

inline constexpr size_t kRowsAPart = 100;

// A list and what stands around it; all of it HTML, but for `parameter` and `anchor`.
struct ListInParts {
  std::string before = {};     // on the page before the list: its heading
  std::string parameter = {};  // of the query that asks for a part
  std::string summary = {};    // not empty: the list is folded away under this until somebody asks for a part
  std::string anchor = {};     // id that links lead to: of the fold, or else of the heading in `before`
  std::string head = {}, tail = {};  // around the rows: <table>, </table>
  std::vector<std::string> parts = {};

  // A row for the list's last part, or for a new one where that is full. `weight`: of how many rows.
  void add(std::string_view row, size_t weight = 1);
  // Instead, for all rows of a list: one that is found by its name.
  void add_named(std::string_view name, std::string row);
  size_t bytes() const;

  size_t rows = 0;  // in the last part
  struct NamedRow {
    std::string name, html;  // the name in small letters
  };
  std::vector<NamedRow> named = {};
};

// Which parts of the lists of one page were asked for.
class AskedParts {
 public:
  explicit AskedParts(std::string_view query);

  // For who makes no other part than the one that html() will show: which of `parts`, from 0.
  size_t wanted(std::string_view parameter, size_t parts) const;
  // The list as the page shows it, with links to its other parts.
  std::string html(const ListInParts& list);
  // After all lists were shown. kUsage: a part is no number; kNotFound: no list has it.
  Result<void> check() const;
  // The page is not the model's own, but one of its parts.
  bool any() const { return any_; }

 private:
  std::map<std::string, std::string, std::less<>> asked_;  // by parameter, what no list has had yet
  std::optional<std::string> named_;                       // what names of rows are to hold
  bool any_ = false;
};

}  // namespace tfhub::server
