#include "site/text_index.h"

#include <fmt/ranges.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/text.h"

namespace tfhub::site {
namespace {

constexpr size_t kMostWords = 16;
constexpr size_t kLongEnough = 5;        // letters, of a word that may have a wrong one
constexpr size_t kEnoughHits = 10;       // with fewer, words with a wrong letter are tried
constexpr size_t kMostCorrections = 24;  // a word
constexpr size_t kTextsAStep = 50;
constexpr size_t kTextsWorthMerging = 500;  // the segments they leave make searches slow

constexpr const char* kSchema =
    "CREATE TABLE paths(id INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, weight REAL NOT NULL);"
    // A name counts most, a word of the text least: see kSearch.
    "CREATE VIRTUAL TABLE texts USING fts5(name, title, tags, body, tokenize=\"unicode61 remove_diacritics "
    "2\","
    " prefix='2 3');"
    "CREATE VIRTUAL TABLE terms USING fts5vocab(texts, row);";
constexpr const char* kSearch =
    "SELECT path FROM texts JOIN paths ON paths.id = texts.rowid WHERE texts MATCH ?1"
    " ORDER BY bm25(texts, 12.0, 6.0, 4.0, 1.0) * weight, length(path), path LIMIT ?2";

// One search has all of the index to itself; whoever waits for it shall not wait long.
constexpr std::chrono::milliseconds kLongestSearch{250};
constexpr size_t kMostKept = 1000;
constexpr size_t kMostKeptPaths = 200'000;  // some 15 MB

// While it lives, SQLite stops at the deadline. Only searches have one: what keeps the index fresh goes on.
class DeadlineScope {
 public:
  explicit DeadlineScope(std::chrono::steady_clock::time_point& deadline) : deadline_(deadline) {
    deadline_ = std::chrono::steady_clock::now() + kLongestSearch;
  }
  ~DeadlineScope() { deadline_ = std::chrono::steady_clock::time_point::max(); }
  DeadlineScope(const DeadlineScope&) = delete;
  DeadlineScope& operator=(const DeadlineScope&) = delete;

 private:
  std::chrono::steady_clock::time_point& deadline_;
};

std::string key_of(const std::vector<std::string>& words, size_t limit) {
  return fmt::format("{} {}", limit, fmt::join(words, " "));
}

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct FinaliseStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinaliseStatement>;

// A letter of ASCII or a byte of any other: what unicode61 makes of the latter is its own affair, so such a
// word goes to it as it is.
bool is_word_byte(unsigned char c) {
  return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::vector<std::string> search_words(std::string_view text) {
  std::vector<std::string> words;
  std::string short_one;  // a beginning of one letter is that of a tenth of all words
  for (size_t begin = 0; begin < text.size() && words.size() < kMostWords;) {
    if (!is_word_byte(static_cast<unsigned char>(text[begin]))) {
      ++begin;
      continue;
    }
    size_t end = begin;
    while (end < text.size() && is_word_byte(static_cast<unsigned char>(text[end]))) ++end;
    std::string word = lower_ascii(text.substr(begin, end - begin));
    begin = end;
    if (word.size() == 1) {
      short_one = std::move(word);
    } else if (std::find(words.begin(), words.end(), word) == words.end()) {
      words.push_back(std::move(word));
    }
  }
  if (words.empty() && !short_one.empty()) words.push_back(std::move(short_one));
  return words;
}

bool one_letter_off(std::string_view word, std::string_view term) {
  if (word.size() > term.size()) std::swap(word, term);
  if (term.size() - word.size() > 1) return false;
  const auto differ = std::mismatch(word.begin(), word.end(), term.begin());
  const size_t at = static_cast<size_t>(differ.first - word.begin());
  if (word.size() < term.size()) return word.substr(at) == term.substr(at + 1);
  if (at == word.size()) return false;  // the same
  if (word.substr(at + 1) == term.substr(at + 1)) return true;
  return at + 1 < word.size() && word[at] == term[at + 1] && word[at + 1] == term[at] &&
         word.substr(at + 2) == term.substr(at + 2);
}

struct TextIndex::State {
  std::mutex mutex;
  std::chrono::steady_clock::time_point deadline;  // of the search under way
  std::mutex kept_mutex;
  std::unordered_map<std::string, std::vector<std::string>> kept;  // what was found, by the words
  size_t kept_paths = 0;
  uint64_t changes = 0;  // of the index; guarded by kept_mutex

  void changed() {
    const std::lock_guard guard(kept_mutex);
    ++changes;
    kept.clear();
    kept_paths = 0;
  }
  bool late() const { return std::chrono::steady_clock::now() > deadline; }
  static int interrupt_if_late(void* self) { return static_cast<State*>(self)->late() ? 1 : 0; }
  static tl::unexpected<Error> too_long() {
    return fail(Code::kNetwork, "this search takes too long; fewer or longer words are found faster");
  }

  std::unique_ptr<sqlite3, CloseDatabase> database;
  Statement id_of, add_path, remove_path, put_text, remove_text, search;
  std::vector<std::string> terms;  // every word of the index that a correction may become
  bool terms_old = true;

  tl::unexpected<Error> failure(const char* what) const {
    return fail(Code::kUnexpected, "{}: SQLite says {}", what, sqlite3_errmsg(database.get()));
  }
  Result<void> execute(const char* sql) {
    if (sqlite3_exec(database.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
      return failure("the search index fails");
    return {};
  }
  Result<Statement> prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(database.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
        SQLITE_OK)
      return failure("the search index cannot be made");
    return Statement(statement);
  }
  static void bind(const Statement& statement, int place, std::string_view text) {
    sqlite3_bind_text64(statement.get(), place, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  // One row at most; the statement can be used again.
  Result<bool> step(const Statement& statement) {
    const int result = sqlite3_step(statement.get());
    if (result == SQLITE_ROW) return true;
    sqlite3_reset(statement.get());
    if (result == SQLITE_DONE) return false;
    if (result == SQLITE_INTERRUPT) return too_long();
    return failure("the search index fails");
  }

  Result<void> remove_one(const std::string& path);
  Result<void> put_one(const SearchText& text);
  Result<void> collect_terms();
  std::vector<std::string> corrections(const std::string& word) const;
  Result<void> run(const std::string& query, size_t limit, std::vector<std::string>& paths,
                   std::unordered_set<std::string>& seen);
};

Result<void> TextIndex::State::remove_one(const std::string& path) {
  bind(id_of, 1, path);
  TFHUB_ASSIGN(const bool there, step(id_of));
  if (!there) return {};
  const sqlite3_int64 id = sqlite3_column_int64(id_of.get(), 0);
  sqlite3_reset(id_of.get());
  sqlite3_bind_int64(remove_text.get(), 1, id);
  TFHUB_TRY(step(remove_text));
  sqlite3_bind_int64(remove_path.get(), 1, id);
  TFHUB_TRY(step(remove_path));
  return {};
}

Result<void> TextIndex::State::put_one(const SearchText& text) {
  TFHUB_TRY(remove_one(text.path));
  bind(add_path, 1, text.path);
  sqlite3_bind_double(add_path.get(), 2, text.weight);
  TFHUB_TRY(step(add_path));
  sqlite3_bind_int64(put_text.get(), 1, sqlite3_last_insert_rowid(database.get()));
  bind(put_text, 2, text.path);
  bind(put_text, 3, text.title);
  bind(put_text, 4, text.tags);
  bind(put_text, 5, text.body);
  TFHUB_TRY(step(put_text));
  return {};
}

Result<void> TextIndex::State::collect_terms() {
  if (!terms_old) return {};
  terms.clear();
  TFHUB_ASSIGN(const Statement all, prepare("SELECT term FROM terms"));
  for (;;) {
    TFHUB_ASSIGN(const bool more, step(all));
    if (!more) break;
    const auto* term = reinterpret_cast<const char*>(sqlite3_column_text(all.get(), 0));
    const auto size = static_cast<size_t>(sqlite3_column_bytes(all.get(), 0));
    if (size + 1 >= kLongEnough) terms.emplace_back(term, size);
  }
  terms_old = false;
  return {};
}

std::vector<std::string> TextIndex::State::corrections(const std::string& word) const {
  std::vector<std::string> result;
  if (word.size() < kLongEnough) return result;
  for (const std::string& term : terms) {
    if (!one_letter_off(word, term)) continue;
    result.push_back(term);
    if (result.size() == kMostCorrections) break;
  }
  return result;
}

Result<void> TextIndex::State::run(const std::string& query, size_t limit, std::vector<std::string>& paths,
                                   std::unordered_set<std::string>& seen) {
  bind(search, 1, query);
  sqlite3_bind_int64(search.get(), 2, static_cast<sqlite3_int64>(limit));
  for (;;) {
    TFHUB_ASSIGN(const bool more, step(search));
    if (!more) break;
    std::string path(reinterpret_cast<const char*>(sqlite3_column_text(search.get(), 0)));
    if (seen.insert(path).second) paths.push_back(std::move(path));
  }
  return {};
}

TextIndex::TextIndex(std::unique_ptr<State> state) : state_(std::move(state)) {}
TextIndex::~TextIndex() = default;

Result<std::unique_ptr<TextIndex>> TextIndex::create() {
  auto state = std::make_unique<State>();
  sqlite3* database = nullptr;
  const int opened = sqlite3_open_v2(
      ":memory:", &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  state->database.reset(database);
  if (opened != SQLITE_OK)
    return fail(Code::kUnexpected, "SQLite gives no database: {}", sqlite3_errstr(opened));
  TFHUB_TRY(state->execute("PRAGMA journal_mode=OFF; PRAGMA temp_store=MEMORY;"));
  TFHUB_TRY(state->execute(kSchema));
  TFHUB_ASSIGN(state->id_of, state->prepare("SELECT id FROM paths WHERE path = ?1"));
  TFHUB_ASSIGN(state->add_path, state->prepare("INSERT INTO paths(path, weight) VALUES (?1, ?2)"));
  TFHUB_ASSIGN(state->remove_path, state->prepare("DELETE FROM paths WHERE id = ?1"));
  TFHUB_ASSIGN(
      state->put_text,
      state->prepare("INSERT INTO texts(rowid, name, title, tags, body) VALUES (?1, ?2, ?3, ?4, ?5)"));
  TFHUB_ASSIGN(state->remove_text, state->prepare("DELETE FROM texts WHERE rowid = ?1"));
  TFHUB_ASSIGN(state->search, state->prepare(kSearch));
  state->deadline = std::chrono::steady_clock::time_point::max();
  constexpr int kInstructionsALook = 2000;
  sqlite3_progress_handler(state->database.get(), kInstructionsALook, State::interrupt_if_late, state.get());
  return std::unique_ptr<TextIndex>(new TextIndex(std::move(state)));
}

Result<void> TextIndex::put(const std::vector<SearchText>& texts) {
  for (size_t begin = 0; begin < texts.size(); begin += kTextsAStep) {
    const std::lock_guard guard(state_->mutex);
    TFHUB_TRY(state_->execute("BEGIN"));
    for (size_t i = begin; i < std::min(begin + kTextsAStep, texts.size()); ++i)
      TFHUB_TRY(state_->put_one(texts[i]));
    TFHUB_TRY(state_->execute("COMMIT"));
    state_->terms_old = true;
    state_->changed();
  }
  if (texts.size() < kTextsWorthMerging) return {};
  const std::lock_guard guard(state_->mutex);
  return state_->execute("INSERT INTO texts(texts) VALUES ('optimize')");
}

Result<void> TextIndex::remove(const std::vector<std::string>& paths) {
  const std::lock_guard guard(state_->mutex);
  for (const std::string& path : paths) TFHUB_TRY(state_->remove_one(path));
  state_->changed();
  return {};
}

std::optional<std::vector<std::string>> TextIndex::kept(std::string_view text, size_t limit) const {
  const std::lock_guard guard(state_->kept_mutex);
  const auto found = state_->kept.find(key_of(search_words(text), limit));
  return found == state_->kept.end() ? std::nullopt : std::optional(found->second);
}

Result<std::vector<std::string>> TextIndex::search(std::string_view text, size_t limit) {
  const std::vector<std::string> words = search_words(text);
  if (words.empty()) return std::vector<std::string>();
  if (auto known = kept(text, limit)) return std::move(*known);
  uint64_t changes = 0;
  {
    const std::lock_guard guard(state_->kept_mutex);
    changes = state_->changes;
  }
  TFHUB_ASSIGN(auto paths, search_anew(words, limit));
  const std::lock_guard guard(state_->kept_mutex);
  if (changes != state_->changes) return paths;
  if (state_->kept_paths + paths.size() >= kMostKeptPaths || state_->kept.size() >= kMostKept) {
    state_->kept.clear();
    state_->kept_paths = 0;
  }
  state_->kept.emplace(key_of(words, limit), paths);
  state_->kept_paths += paths.size();
  return paths;
}

Result<std::vector<std::string>> TextIndex::search_anew(const std::vector<std::string>& words, size_t limit) {
  std::vector<std::string> paths;
  // FTS5's own syntax never comes from outside: each word is a string of it, and holds no quotes.
  std::string exact, corrected;
  const std::lock_guard guard(state_->mutex);
  const DeadlineScope scope(state_->deadline);
  std::unordered_set<std::string> seen;
  for (const std::string& word : words) exact += fmt::format("{}\"{}\"*", exact.empty() ? "" : " AND ", word);
  TFHUB_TRY(state_->run(exact, limit, paths, seen));
  if (paths.size() >= std::min(kEnoughHits, limit)) return paths;
  TFHUB_TRY(state_->collect_terms());
  bool differs = false;
  for (const std::string& word : words) {
    if (state_->late()) return State::too_long();
    std::string any = fmt::format("\"{}\"*", word);
    for (const std::string& correction : state_->corrections(word)) {
      any += fmt::format(" OR \"{}\"", correction);
      differs = true;
    }
    corrected += fmt::format("{}({})", corrected.empty() ? "" : " AND ", any);
  }
  if (differs) TFHUB_TRY(state_->run(corrected, limit, paths, seen));
  return paths;
}

}  // namespace tfhub::site
