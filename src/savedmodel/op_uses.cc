#include "savedmodel/op_uses.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tfhub::savedmodel {
namespace {

// tensorflow/core/ops/script_ops.cc: call back into the process's Python interpreter.
constexpr std::array<std::string_view, 3> kPython{"EagerPyFunc", "PyFunc", "PyFuncStateless"};

// Operations that open files whose names are data of the graph. Left out: Save*, Restore*, ShardedFilename,
// MergeV2Checkpoints (every SavedModel has them) and InitializeTableFromTextFile* (assets).
constexpr std::array<std::string_view, 20> kReadsFiles{"CSVDataset",
                                                       "CSVDatasetV2",
                                                       "FixedLengthRecordDataset",
                                                       "FixedLengthRecordDatasetV2",
                                                       "FixedLengthRecordReader",
                                                       "FixedLengthRecordReaderV2",
                                                       "LMDBDataset",
                                                       "LMDBReader",
                                                       "LoadDataset",
                                                       "MatchingFiles",
                                                       "MatchingFilesDataset",
                                                       "ReadFile",
                                                       "SqlDataset",
                                                       "TFRecordDataset",
                                                       "TFRecordDatasetV2",
                                                       "TFRecordReader",
                                                       "TFRecordReaderV2",
                                                       "TextLineDataset",
                                                       "TextLineReader",
                                                       "WholeFileReader"};
constexpr std::array<std::string_view, 14> kWritesFiles{
    "CacheDataset",      "CacheDatasetV2",  "CreateSummaryFileWriter", "DatasetToTFRecord",
    "DebugIdentityV2",   "DebugIdentityV3", "DistributedSave",         "DumpTensor",
    "SaveDataset",       "SaveDatasetV2",   "SnapshotDataset",         "SnapshotDatasetReader",
    "SnapshotDatasetV2", "WriteFile"};

template <typename Names>
bool holds(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Result<void> OpUses::add(std::string_view op, Budget& budget) {
  auto found = counts_.find(op);
  if (found == counts_.end()) {
    TFHUB_TRY(budget.take(1, op.size()));
    found = counts_.emplace(op, 0).first;
  }
  ++found->second;
  return {};
}

Result<void> OpUses::add_function(std::string_view name, Budget& budget) {
  TFHUB_TRY(budget.take(1, name.size()));
  functions_.emplace(name);
  return {};
}

std::vector<OpUse> OpUses::uses() const {
  std::vector<OpUse> uses;
  for (const auto& [name, count] : counts_)
    if (!functions_.contains(name)) uses.push_back({name, count});
  std::stable_sort(uses.begin(), uses.end(),
                   [](const OpUse& a, const OpUse& b) { return a.count > b.count; });
  return uses;
}

std::vector<Warning> OpUses::warnings(std::span<const std::string_view> also_known) const {
  std::vector<Warning> warnings;
  for (const auto& [name, count] : counts_) {
    if (functions_.contains(name)) continue;
    if (holds(kPython, name)) {
      warnings.push_back({Warning::Kind::kPython, name,
                          fmt::format("{} runs Python code that is not in the model: it works only in the "
                                      "process that made it",
                                      name)});
    } else if (holds(kReadsFiles, name)) {
      warnings.push_back({Warning::Kind::kFiles, name, fmt::format("{} reads files when it runs", name)});
    } else if (holds(kWritesFiles, name)) {
      warnings.push_back({Warning::Kind::kFiles, name, fmt::format("{} can write files when it runs", name)});
    } else if (!is_tensorflow_op(name) && !holds(also_known, name)) {
      warnings.push_back({Warning::Kind::kCustomOp, name,
                          fmt::format("{} is no operation of TensorFlow {}: the library that defines it must "
                                      "be loaded before the model",
                                      printable(name), known_ops_version())});
    }
  }
  return warnings;
}

}  // namespace tfhub::savedmodel
