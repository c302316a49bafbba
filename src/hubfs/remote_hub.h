// The versions of one hub, each asked for once: a version never changes. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "hubfs/file_tree.h"
#include "transfer/http.h"
#include "transfer/tuning.h"

namespace tfhub::hubfs {

struct RemoteVersion {
  std::string name;  // "acme/mul/1"
  FileTree files;
};

// Where a path lies.
struct Place {
  std::shared_ptr<const RemoteVersion> version;
  std::string rest;  // "variables/variables.index": there or not; "": the version's own directory
};

class RemoteHub {
 public:
  RemoteHub(std::string origin, transfer::HttpOptions http, const transfer::Tuning& tuning)
      : origin_(std::move(origin)), http_(std::move(http)), tuning_(tuning) {}

  // Only the hub knows which version a path lies in (docs/protocol.md, Names). What a name without a version
  // meant when it was first asked for, it means as long as this lives: a load that is under way never mixes
  // two versions. kNotFound: in none.
  Result<Place> find(const std::string& path);
  std::string file_url(const RemoteVersion& version, const std::string& file) const;

 private:
  struct Answer;
  std::optional<Place> known(const std::string& path);
  Result<Answer> ask(const std::string& path) const;

  const std::string origin_;
  const transfer::HttpOptions http_;
  const transfer::Tuning tuning_;
  std::mutex asking_;  // one question at a time: the next one may be answered by it
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const RemoteVersion>> handles_;  // with and without a version
};

}  // namespace tfhub::hubfs
