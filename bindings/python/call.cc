#include "call.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "base/interruption.h"
#include "base/threads.h"

namespace tfhub::python {
namespace {

namespace nb = nanobind;

// How long Ctrl-C may go unheard, and how often a progress bar moves.
constexpr std::chrono::milliseconds kTick{50};

// What the worker tells the thread that waits for it.
class Account {
 public:
  void tell(std::string_view what, uint64_t done, std::optional<uint64_t> total) {
    const std::lock_guard lock(mutex_);
    news_ = News{std::string(what), done, total};
  }
  void finish() {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_one();
  }
  bool wait_finished(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [this] { return finished_; });
  }
  // Calls `progress` with what is new, if anything is.
  void pass_on(const nb::object& progress) {
    std::optional<News> news;
    {
      const std::lock_guard lock(mutex_);
      news.swap(news_);
    }
    if (news) progress(news->what, news->done, news->total);
  }

 private:
  struct News {
    std::string what;
    uint64_t done;
    std::optional<uint64_t> total;
  };
  std::mutex mutex_;
  std::condition_variable changed_;
  bool finished_ = false;
  std::optional<News> news_;
};

// Joined however the waiting ends, without the GIL.
class Worker {
 public:
  Worker(std::thread thread, std::stop_source& stop) : thread_(std::move(thread)), stop_(stop) {}
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() {
    stop_.request_stop();  // one that has finished does not mind
    const nb::gil_scoped_release release;
    thread_.join();
  }

 private:
  std::thread thread_;
  std::stop_source& stop_;
};

}  // namespace

void run_aside(const nb::object& progress, const std::function<void(const ProgressFunction&)>& work) {
  Account account;
  std::stop_source stop;
  std::exception_ptr thrown;
  ProgressFunction tell;
  if (!progress.is_none())
    tell = [&](std::string_view what, uint64_t done, std::optional<uint64_t> total) {
      account.tell(what, done, total);
    };
  {
    const auto run = [&] {
      const std::stop_token token = stop.get_token();
      const StopScope scope(token);
      try {
        work(tell);
      } catch (...) {
        thrown = std::current_exception();
      }
      account.finish();
    };
    std::optional<Worker> worker;
    if (auto thread = try_thread(run)) {
      worker.emplace(std::move(*thread), stop);
    } else {  // the system allows no more of them: done here, where no Ctrl-C is heard meanwhile
      const nb::gil_scoped_release release;
      run();
    }
    for (bool finished = false; !finished;) {
      {
        const nb::gil_scoped_release release;
        finished = account.wait_finished(kTick);
      }
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
      if (!progress.is_none()) account.pass_on(progress);
    }
  }
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace tfhub::python
