// A hub of one model on loopback, in whose answers a test may put faults.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "hubfs/file_system.h"
#include "transfer/quick.h"
#include "transfer/scripted_server.h"

namespace tfhub::hubfs::test {

using transfer::test::pattern;
using transfer::test::RecordedRequest;
using transfer::test::reply;
using transfer::test::Reply;
using transfer::test::ServedFile;

// The server takes one connection at a time: a reader with several waits for its turn.
inline transfer::HttpOptions very_patient() {
  transfer::HttpOptions options = transfer::test::patient();
  options.stall_timeout = std::chrono::minutes(2);
  return options;
}

class ScriptedHub {
 public:
  // A file's answer, to be spoilt; `number` counts all requests.
  using Spoil = std::function<void(Reply&, const RecordedRequest&, int number)>;

  explicit ScriptedHub(const std::map<std::string, std::string>& files, Spoil spoil = {})
      : spoil_(std::move(spoil)),
        server_([this](const auto& request, int number) { return answer(request, number); }) {
    for (const auto& [path, content] : files) {
      files_[path].content = content;
      list_ += fmt::format(R"({}{{"path":"{}","size":{},"sha256":"{}"}})", list_.empty() ? "" : ",", path,
                           content.size(), Sha256::of(as_bytes(content)).hex());
    }
  }

  std::string path(const std::string& rest = "acme/mul/1") const { return "hub." + server_.url("/" + rest); }
  std::atomic<int> version = 1;  // what acme/mul means

  std::vector<std::string> ranges() const {  // of the requests for files
    std::vector<std::string> out;
    for (const auto& request : server_.requests())
      if (!is_question(request)) out.push_back(request.header("range"));
    return out;
  }
  size_t questions() const { return server_.requests().size() - ranges().size(); }
  // The bytes that were asked for.
  uint64_t asked_for() const {
    uint64_t sum = 0;
    for (const auto& request : server_.requests())
      if (const ServedFile* const file = served(request)) sum += body_size(file->answer(request));
    return sum;
  }

 private:
  static constexpr std::string_view kQuestion = "/api/v1/files/";
  static bool is_question(const RecordedRequest& request) { return request.target.starts_with(kQuestion); }
  static size_t body_size(const Reply& answer) {
    return answer.bytes.size() - answer.bytes.find("\r\n\r\n") - 4;
  }

  const ServedFile* served(const RecordedRequest& request) const {
    const std::string target = request.target.substr(0, request.target.find('?'));
    for (const auto& [path, file] : files_)
      if (target == fmt::format("/acme/mul/{}/{}", version.load(), path)) return &file;
    return nullptr;
  }

  Reply answer(const RecordedRequest& request, int number) const {
    if (is_question(request)) return answer_question(request.target.substr(kQuestion.size()));
    const ServedFile* const file = served(request);
    Reply out = file != nullptr ? file->answer(request) : reply("404 Not Found", "", "no such file");
    if (spoil_) spoil_(out, request, number);
    return out;
  }

  Reply answer_question(const std::string& path) const {
    for (const std::string& handle : {fmt::format("acme/mul/{}", version.load()), std::string("acme/mul")}) {
      if (!(path + "/").starts_with(handle + "/")) continue;
      const std::string rest = path.substr(std::min(handle.size() + 1, path.size()));
      if (!rest.empty() && std::isdigit(rest[0])) continue;  // a version, but not this one
      return reply("200 OK", "",
                   fmt::format(R"({{"name":"acme/mul","version":{},"path":"{}","files":[{}]}})",
                               version.load(), rest, list_));
    }
    return reply("404 Not Found", "Content-Type: application/problem+json\r\n",
                 R"({"detail":"There is no such model."})");
  }

  std::map<std::string, ServedFile> files_;
  std::string list_;  // of them, as JSON
  const Spoil spoil_;
  transfer::test::ScriptedServer server_;
};

inline Result<std::string> read_all(FileReader& reader, size_t step) {
  std::string out(reader.size(), '\0');
  for (size_t at = 0; at < out.size();) {
    const auto got =
        reader.read(at, std::as_writable_bytes(std::span(out)).subspan(at, std::min(step, out.size() - at)));
    if (!got) return tl::unexpected(got.error());
    at += *got;
  }
  return out;
}

}  // namespace tfhub::hubfs::test
