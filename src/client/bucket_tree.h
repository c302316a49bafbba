// A model that lies in a bucket, in a cache there or where a host's 303 says: described where it is, or
// copied out.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/progress.h"
#include "os/staging.h"
#include "savedmodel/model_files.h"
#include "store/object_store.h"

namespace tfhub::client {

class BucketTree final : public savedmodel::ModelFiles {
 public:
  // `url`: a directory, or one file. kNotFound: nothing is there.
  static Result<BucketTree> open(const std::string& url);

  const std::string& name() const override { return url_; }
  Result<std::optional<savedmodel::Blob>> open(const std::string& path, uint64_t limit) const override;
  Result<std::vector<std::string>> list() const override;

  Result<void> copy_to(os::StagingDirectory& staging, Progress* progress) const;

 private:
  BucketTree(std::string url, std::shared_ptr<store::ObjectStore> store,
             std::vector<store::ObjectInfo> objects)
      : url_(std::move(url)), store_(std::move(store)), objects_(std::move(objects)) {}

  std::string url_;
  std::shared_ptr<store::ObjectStore> store_;
  std::vector<store::ObjectInfo> objects_;
};

}  // namespace tfhub::client
