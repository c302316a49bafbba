// The two coroutine types of the server. Task<T>: lazy, awaited once by one other coroutine. Detached: runs
// by itself from the moment it is called, its parameters live in its frame and die with it. Neither throws.
#pragma once

#include <coroutine>
#include <cstdlib>
#include <optional>
#include <utility>

namespace tfhub::server {

struct Detached {
  struct promise_type {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::abort(); }  // out of memory and the like
  };
};

template <typename T>
class [[nodiscard]] Task {
 public:
  struct promise_type {
    Task get_return_object() noexcept { return Task(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    auto final_suspend() const noexcept {
      struct Resume {
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> done) const noexcept {
          return done.promise().waiter;
        }
        void await_resume() const noexcept {}
      };
      return Resume{};
    }
    void return_value(T result) noexcept { value = std::move(result); }
    void unhandled_exception() const noexcept { std::abort(); }

    std::coroutine_handle<> waiter;
    std::optional<T> value;
  };
  using Handle = std::coroutine_handle<promise_type>;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) noexcept {
    handle_.promise().waiter = waiter;
    return handle_;
  }
  T await_resume() noexcept { return std::move(*handle_.promise().value); }

 private:
  explicit Task(Handle handle) : handle_(handle) {}
  Handle handle_;
};

}  // namespace tfhub::server
