// One thread's event loop and the descriptors it watches. Boost.Asio's reactor behind a small face, so that
// it is compiled once and connections are plain coroutines: `co_await descriptor.until_readable()`.
#pragma once

#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>

#include "os/fd.h"

namespace tfhub::server {

class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void run();                             // on the loop's thread, until stop()
  void stop();                            // from any thread
  void post(std::function<void()> work);  // from any thread: `work` runs on the loop's
  // Runs `work` again and again on the loop's thread; called before run() or on that thread.
  void every(std::chrono::milliseconds interval, std::function<void()> work);

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

// A non-blocking descriptor. One coroutine waits on it at a time. Used on the loop's thread alone.
class Descriptor {
 public:
  Descriptor(EventLoop& loop, os::UniqueFd fd);
  Descriptor(EventLoop& loop, int borrowed);  // somebody else's, who closes it after our end
  ~Descriptor();                              // nobody waits any more
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  // Whoever waits goes on at once (a later turn of the loop), with false.
  void cancel();

  // co_await gives true when the descriptor is ready, or has an error to tell; false after cancel().
  class Wait {
   public:
    Wait(Descriptor& descriptor, bool write) : descriptor_(descriptor), write_(write) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) { descriptor_.start(write_, waiter, ready_); }
    bool await_resume() const noexcept { return ready_; }

   private:
    Descriptor& descriptor_;
    bool write_, ready_ = false;
  };
  Wait until_readable() { return {*this, false}; }
  Wait until_writable() { return {*this, true}; }

 private:
  void start(bool write, std::coroutine_handle<> waiter, bool& ready);

  struct Impl;
  int fd_;
  bool owned_;
  std::unique_ptr<Impl> impl_;
};

// co_await Turn(loop): lets everybody else have a turn first.
class Turn {
 public:
  explicit Turn(EventLoop& loop) : loop_(loop) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter);
  void await_resume() const noexcept {}

 private:
  EventLoop& loop_;
};

// co_await Pause(loop, 100ms).
class Pause {
 public:
  Pause(EventLoop& loop, std::chrono::milliseconds time) : loop_(loop), time_(time) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter);
  void await_resume() const noexcept {}

 private:
  EventLoop& loop_;
  std::chrono::milliseconds time_;
};

}  // namespace tfhub::server
