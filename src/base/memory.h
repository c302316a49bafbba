// What the allocator does with memory that nobody needs any more.
#pragma once

namespace tfhub {

// Gives freed memory back to the system. The allocator keeps what many small pieces took, for the next of
// them; after one piece of work that took hundreds of megabytes there is no next. Takes milliseconds. From
// any thread.
void release_free_memory();

}  // namespace tfhub
