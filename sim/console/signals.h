#pragma once

#include "client/patience.h"

namespace glasshive::console {

/// What the system or Ctrl-C tells the console, as something that it looks at: nothing ends it in
/// the middle, so that its processes and files go with it. One per process.
class Signals final : public client::Patience {
  public:
    /// From now on SIGINT asks for a pause, SIGTERM and SIGHUP for the end, and a closed output is
    /// no death.
    Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;
    ~Signals() override;

    /// Ctrl-C was pressed since the last call.
    bool take_interrupt();
    bool interrupted() const;
    /// Ctrl-C was pressed at any time: what reads a script gives it up.
    bool ever_interrupted() const;
    /// The signal that asks for the end; 0: none.
    int end_asked() const;

    enum class Woken {
        readable,
        interrupted,
        continued,   ///< It was stopped (Ctrl-Z) meanwhile: the terminal was somebody else's.
        end,
    };
    /// Waits until there is something to read at `fd`, or until a signal comes.
    Woken wake_at(int fd);
    /// Likewise, whatever is pressed; false when the end is asked for.
    bool wait_for(int fd) override;
};

}   // namespace glasshive::console
