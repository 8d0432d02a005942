#pragma once

namespace glasshive::client {

/// Who waits for a session process, and may have had enough of it.
class Patience {
  public:
    virtual ~Patience() = default;
    /// Waits until there is something to read at `fd`, or its other end has gone. False: no longer;
    /// what was waited for is then given up, and ended.
    virtual bool wait_for(int fd) = 0;
};

}   // namespace glasshive::client
