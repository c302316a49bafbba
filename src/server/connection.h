// One client's connection, as a coroutine: read a head, answer it, again. Waiting, it holds a few hundred
// bytes: what is read goes into the worker's buffer, and only an incomplete head or an unfinished answer is
// kept here.
//
// Time limits are deadlines that the worker's sweep compares, not timers: setting one costs nothing.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/event_loop.h"
#include "server/outgoing.h"
#include "server/request_head.h"
#include "server/task.h"
#include "server/transport.h"

namespace tfhub::server {

class Worker;

class Connection {
 public:
  Connection(Worker& worker, os::UniqueFd socket, std::string remote);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs until the connection ends, and owns it.
  static Detached serve(std::unique_ptr<Connection> self);

  // From the worker, between turns of the coroutine.
  void sweep(Clock::time_point now);  // past its deadline: it ends
  void drain();                       // idle: it ends, unless a request has just arrived
  void abort();                       // it ends
  bool idle() const { return phase_ == Phase::kIdle && verdict_ == Verdict::kNone; }

 private:
  friend class Worker;
  enum class Phase : uint8_t { kHandshake, kIdle, kHead, kBody, kAnswering, kLingering };
  enum class Verdict : uint8_t { kNone, kTimeout, kDrain, kAbort };
  enum class Step : uint8_t { kNeedInput, kAnswered, kUnsent, kAsk, kClose, kCloseUnread };

  bool cut() const { return verdict_ == Verdict::kTimeout || verdict_ == Verdict::kAbort; }
  bool took_some();
  void enter(Phase phase, std::chrono::milliseconds limit);
  Task<bool> shake_hands();
  Io receive(std::string_view& input);
  void keep(std::string_view input);
  bool skip_body(std::string_view& input);

  // Takes one request off the front of `input` and answers it as far as that goes without waiting.
  Step step(std::string_view& input);
  HeadError read_head(std::string_view text);
  Step refuse(HeadError why);
  Step start(bool has_body, std::string_view method, std::string_view target, std::string_view user_agent);
  Step after_answer() const;
  void settle(const Outgoing& out, std::string_view method, std::string_view target,
              std::string_view user_agent, bool complete);
  Task<bool> finish_sending();
  // Until the stream has bytes again: where they show (`arrivals`, made when first needed), or else on a
  // thread that may block. False: the store failed, or the connection is cut.
  Task<bool> await_bytes(Outgoing& out, std::optional<Descriptor>& arrivals);
  Task<Step> ask_store(std::string_view head_text);
  Task<bool> linger();
  void say_timeout();

  Worker& worker_;
  Descriptor socket_;
  Transport transport_;
  std::string remote_;
  std::string kept_;                      // input not yet understood
  std::unique_ptr<Outgoing> unfinished_;  // an answer that the socket did not take at once
  Descriptor* arrivals_ = nullptr;        // waited for in the socket's place
  Clock::time_point deadline_;
  uint64_t body_to_skip_ = 0;
  int unsent_ = 0;        // bytes in the socket's buffer when last looked at
  uint32_t scanned_ = 0;  // how far kept_ was searched for the end of a head
  Phase phase_ = Phase::kIdle;
  Verdict verdict_ = Verdict::kNone;
  Head head_;                                         // of the request being answered
  Connection *previous_ = nullptr, *next_ = nullptr;  // in the worker's list
};

}  // namespace tfhub::server
