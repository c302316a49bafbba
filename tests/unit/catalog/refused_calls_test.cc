// A store that refuses each of its calls in turn, or does it and loses the answer: a publisher says so,
// nothing partial is ever visible, and the next one gets through.
#include <atomic>
#include <cerrno>
#include <memory>

#include "base/log.h"
#include "catalog/catalog.h"
#include "catalog/entry.h"
#include "catalog/publishing.h"
#include "catalog/staging_area.h"
#include "os/syscalls.h"

namespace tfhub::catalog {
namespace {

using ::testing::HasSubstr;

// What goes wrong with which call; all is well while there is none.
struct Trouble {
  enum class What { kRefused, kAnswerLost };
  What what = What::kRefused;
  int at = 0;              // the how-manieth call, from 1; 0: none
  bool from_then = false;  // all later ones too
  std::atomic<int> calls = 0;

  void reset(What kind, int which, bool all) {
    what = kind;
    at = which;
    from_then = all;
    calls = 0;
  }
  bool now() {
    const int call = ++calls;
    return at != 0 && (call == at || (from_then && call > at));
  }
  static tl::unexpected<Error> error() { return fail(Code::kNetwork, "the store is out of reach"); }

  template <typename Call>
  auto around(Call call) -> decltype(call()) {
    const bool bad = now();
    if (bad && what == What::kRefused) return error();
    auto result = call();
    if (bad) return error();
    return result;
  }
};

template <typename Base>
class Troubled : public Base {
 public:
  Result<std::unique_ptr<store::ObjectWriter>> put(const std::string& key) override {
    return trouble.around([&] { return Base::put(key); });
  }
  Result<bool> put_if_absent(const std::string& key, Bytes bytes) override {
    auto done = trouble.around([&] { return Base::put_if_absent(key, bytes); });
    if (key == answer_lost_of) return Trouble::error();
    return done;
  }
  Result<std::unique_ptr<ByteSource>> get(const std::string& key,
                                          std::optional<protocol::ByteRange> range) override {
    return trouble.around([&] { return Base::get(key, range); });
  }
  Result<std::optional<store::ObjectInfo>> head(const std::string& key) override {
    return trouble.around([&] { return Base::head(key); });
  }
  Result<store::Listing> list(const std::string& prefix, bool recursive) override {
    return trouble.around([&] { return Base::list(prefix, recursive); });
  }
  Result<void> remove(const std::string& key) override {
    return trouble.around([&] { return Base::remove(key); });
  }
  Result<void> sync() override {
    return trouble.around([&] { return Base::sync(); });
  }

  Trouble trouble;
  std::string answer_lost_of;  // put_if_absent() of this key is done, and fails
};

template <typename Store>
class RefusedCalls : public ::testing::Test {
 protected:
  // A publisher that goes on all the same warns; there is one such for every call.
  void SetUp() override { set_log_level(LogLevel::kError); }
  void TearDown() override { set_log_level(LogLevel::kWarning); }

  // What there is before the publisher comes, the same for every call that goes wrong.
  using Before = std::function<void(Store&)>;

  // Calls publish() with trouble at every call in turn, and looks at what it left.
  void expect_no_harm(const Before& before) {
    for (const auto what : {Trouble::What::kRefused, Trouble::What::kAnswerLost}) {
      for (const bool from_then : {false, true}) {
        int failed = 0;
        for (int n = 1;; ++n) {
          SCOPED_TRACE(fmt::format("call {}, answer lost: {}, all later ones too: {}", n,
                                   what == Trouble::What::kAnswerLost, from_then));
          const auto store = std::make_shared<Store>();
          before(*store);
          store->trouble.reset(what, n, from_then);
          const auto outcome = publish(*store, name_, files_);
          const bool done = store->trouble.calls < n;
          store->trouble.reset(what, 0, false);
          if (!outcome) {
            ++failed;
            EXPECT_EQ(outcome.error().code(), Code::kNetwork) << outcome.error().message();
          }
          expect_whole_or_nothing(store, outcome.has_value());
          EXPECT_OUTCOME(publish(*store, name_, files_),
                         recorded_ ? Outcome::kAlreadyThere : Outcome::kPublished);
          expect_whole_or_nothing(store, true);
          EXPECT_FAILS(publish(*store, name_, small_model("other")), Code::kConflict, HasSubstr(name_));
          expect_whole_or_nothing(store, true);
          if (this->HasFailure()) return;
          if (done) break;
        }
        EXPECT_GT(failed, 5);
      }
    }
  }

  // `there`: the version must be visible.
  void expect_whole_or_nothing(const std::shared_ptr<Store>& store, bool there) {
    recorded_ = store->head(protocol::entry_key(name_))->has_value();
    const auto record = Catalog(store).version(id_of(name_));
    ASSERT_TRUE(record) << record.error().message();
    if (there) {
      EXPECT_TRUE(*record);
    }
    if (!*record) return;
    EXPECT_TRUE(recorded_);
    EXPECT_EQ(read(*store, *archive_location(*store, **record)), archive_bytes(files_));
    for (const auto& [path, bytes] : files_)
      EXPECT_EQ(read(*store, *file_location(*store, **record, path)), bytes);
    if (*uncompressed_ready(*store, **record)) {
      EXPECT_EQ(read(*store, name_ + ".tar.gz"), archive_bytes(files_));
      for (const auto& [path, bytes] : files_)
        EXPECT_EQ(read(*store, name_ + "/uncompressed/" + path), bytes);
    }
  }

  const std::string name_ = "acme/mul/1";
  const Files files_ = small_model("x");
  bool recorded_ = false;
};

using TroubledStores = ::testing::Types<Troubled<testing::MemoryBucket>, Troubled<testing::MemoryStore>>;
TYPED_TEST_SUITE(RefusedCalls, TroubledStores);

TYPED_TEST(RefusedCalls, OfAFirstVersion) {
  this->expect_no_harm([](auto&) {});
}

TYPED_TEST(RefusedCalls, OfANextVersionBesideAnothersName) {
  this->expect_no_harm([](auto& store) {
    EXPECT_OUTCOME(publish(store, "acme/mul/2", small_model("second")), Outcome::kPublished);
    EXPECT_OUTCOME(publish(store, "acme/mul/1/extra/1", small_model("below")), Outcome::kPublished);
  });
}

TYPED_TEST(RefusedCalls, WhereADeadPublishersVersionMustBeFinished) {
  this->expect_no_harm([](auto& store) {
    // It had written its record and not yet the model's entry, on another machine, two days ago.
    auto area = StagingArea::create(store);
    ASSERT_TRUE(area);
    const auto record = stage(store, *area, "acme/mul/1", small_model("x"));
    ASSERT_TRUE(record);
    ASSERT_TRUE(put_intent(store, *record));
    ASSERT_TRUE(store.put_if_absent(protocol::entry_key("acme/mul/1"), as_bytes(record->to_json())));
    put(store, protocol::staging_owner_key(area->token()),
        R"({"host":"elsewhere","process":"other-boot.1.42.7","since":"x"})");
    area->release();
    store.grow_old(std::chrono::hours(48));
  });
}

TYPED_TEST(RefusedCalls, WhereADeadPublishersBytesMustGo) {
  this->expect_no_harm([](auto& store) {
    // One had staged everything, of one only bytes are left; both elsewhere, two days ago.
    auto area = StagingArea::create(store);
    ASSERT_TRUE(area);
    ASSERT_TRUE(stage(store, *area, "acme/mul/1", small_model("x")));
    put(store, protocol::staging_owner_key(area->token()),
        R"({"host":"elsewhere","process":"other-boot.1.42.7","since":"x"})");
    area->release();
    put(store, ".staging/fedcba9876543210fedcba9876543210/archive", "x");
    store.grow_old(std::chrono::hours(48));
  });
}

TYPED_TEST(RefusedCalls, OfWhoeverAsksWhereBytesAre) {
  TypeParam store;
  auto area = StagingArea::create(store);
  ASSERT_TRUE(area);
  const auto record = stage(store, *area, this->name_, this->files_);
  ASSERT_TRUE(record);
  EXPECT_OUTCOME(commit(store, *record), Outcome::kPublished);
  area->release();
  const std::string staged = protocol::staging_archive_key(area->token());
  for (int n = 1;; ++n) {
    store.trouble.reset(Trouble::What::kRefused, n, false);
    const auto place = archive_location(store, *record);
    if (store.trouble.calls < n) {
      EXPECT_EQ(*place, staged);
      EXPECT_GT(n, 2);  // looked for at both places
      break;
    }
    ASSERT_FALSE(place);
    EXPECT_EQ(place.error().code(), Code::kNetwork);
  }
  // Lost, as far as one can see; but not while one cannot see.
  store.trouble.reset(Trouble::What::kRefused, 0, false);
  ASSERT_TRUE(store.remove(staged));
  store.trouble.reset(Trouble::What::kRefused, 3, false);
  EXPECT_EQ(archive_location(store, *record).error().code(), Code::kNetwork);
}

TEST(RefusedCallsToADisk, DoNoHarm) {
  set_log_level(LogLevel::kError);
  int failed = 0;
  for (int n = 1;; ++n) {
    SCOPED_TRACE(n);
    const auto store = fresh_directory_store();
    int calls = 0;
    Result<Outcome> outcome = fail(Code::kUsage, "");
    {
      os::Syscalls failing = os::syscalls();
      const auto fail_at_n = [&](auto& call) {
        call = [&, real = call](auto... arguments) -> typename std::decay_t<decltype(call)>::result_type {
          if (++calls != n) return real(arguments...);
          errno = EIO;
          return -1;
        };
      };
      fail_at_n(failing.openat);
      fail_at_n(failing.open_beneath);
      fail_at_n(failing.fstatat);
      fail_at_n(failing.mkdirat);
      fail_at_n(failing.write);
      fail_at_n(failing.renameat2);
      fail_at_n(failing.linkat);
      const os::ScopedSyscalls scope(failing);
      outcome = publish(*store, "acme/mul/1", small_model("x"));
    }
    if (!outcome) ++failed;
    const bool recorded = store->head(protocol::entry_key("acme/mul/1"))->has_value();
    EXPECT_OUTCOME(publish(*store, "acme/mul/1", small_model("x")),
                   recorded ? Outcome::kAlreadyThere : Outcome::kPublished);
    EXPECT_EQ(read(*store, "acme/mul/1.tar.gz"), archive_bytes(small_model("x")));
    EXPECT_EQ(read(*store, "acme/mul/1/uncompressed/saved_model.pb"), "x");
    EXPECT_TRUE(*Catalog(store).version(id_of("acme/mul/1")));
    if (::testing::Test::HasFailure() || calls < n) break;
  }
  EXPECT_GT(failed, 20);
  set_log_level(LogLevel::kWarning);
}

TYPED_TEST(RefusedCalls, ALostAnswerToTheRecordIsLookedFor) {
  TypeParam store;
  store.answer_lost_of = protocol::entry_key(this->name_);
  EXPECT_OUTCOME(publish(store, this->name_, this->files_), Outcome::kPublished);
  EXPECT_EQ(read(store, "acme/mul/1/uncompressed/saved_model.pb"), "x");
  EXPECT_THAT(keys(store, ".staging/"), ::testing::IsEmpty());

  // Another's record there is no answer to our own.
  store.answer_lost_of = protocol::entry_key("acme/mul/2");
  store.before_put_if_absent = [&](const std::string& key) {
    if (key != store.answer_lost_of) return;
    store.before_put_if_absent = {};
    const auto other = record_of("acme/mul/2", this->files_, "0123456789abcdef0123456789abcdef");
    put(store, key, other.to_json());
  };
  EXPECT_FAILS(publish(store, "acme/mul/2", this->files_), Code::kNetwork, HasSubstr("out of reach"));
  EXPECT_THAT(keys(store, ".staging/"), ::testing::IsEmpty());
}

}  // namespace
}  // namespace tfhub::catalog
