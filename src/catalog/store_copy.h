// A whole store into another, of whatever kind: records, documents, archives and files. What is there already
// is not copied again, so a copy that was cut short goes on, and a second one is a backup brought up to date.
//
// A version is published in the other store as any publisher would do it (publication.h): its bytes are
// staged there, under the token its record names, then the record is put if absent and everything promoted.
// So nobody sees a part of a version, and a copy never writes to a key that another publisher may want.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalog/long_work.h"
#include "store/object_store.h"

namespace tfhub::catalog {

struct NotCopied {
  std::string name;  // a version, or a document's key
  std::string why;
};

struct CopyReport {
  struct Count {
    size_t copied = 0, there = 0;
  };
  Count versions, documents;         // documents: vocabularies too
  uint64_t bytes = 0;                // copied
  std::vector<NotCopied> conflicts;  // the other store has something else under that name
  std::vector<NotCopied> damaged;    // in the one store or the other
};

// What is wrong with one version or document is in the report and does not stop the rest. An error: the work
// could not be done (the network, a full disk); what was copied until then stands.
Result<CopyReport> copy_store(store::ObjectStore& from, store::ObjectStore& to, const LongWork& work);

}  // namespace tfhub::catalog
