// What is inside the published models, as HTML for their pages: read once a version, from the store, and
// kept. A version never changes, so what was read is right for ever. Thread-safe.
#pragma once

#include <memory>

#include "catalog/version_record.h"
#include "server/inspection_section.h"
#include "server/kept.h"
#include "server/turns.h"
#include "store/object_store.h"

namespace tfhub::server {

class Inspections {
 public:
  using Section = std::shared_ptr<const InspectionSection>;

  // Null: not read yet.
  Section find(const catalog::VersionRecord& record) { return kept_.find(record.id.text()); }
  // Reads what find() does not have: up to some tenths of a second for a large graph. A model that cannot be
  // read gives a section that says so. One at a time reads; few wait, the others get a section that says so.
  Section get(store::ObjectStore& store, const catalog::VersionRecord& record);

 private:
  Kept<InspectionSection> kept_{1'000, 64 << 20};
  Turns turns_{16};
};

}  // namespace tfhub::server
