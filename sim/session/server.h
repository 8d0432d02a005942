#pragma once

#include <optional>
#include <string>

#include "session/session.h"

namespace glasshive::session {

/// Serves one session over a Unix-domain socket: one JSON object a line in, one a line out.
///
///   {"do":"step","n":1}                run n entries of the queue
///   {"do":"run_until","t":"30s"}       run to a virtual time: a duration, or seconds; or, exactly,
///                                      "t_ns": nanoseconds
///   {"do":"run_until","event":"task.*","subject":"web.1"}
///                                      run up to the queue entry in which such an event happened
///                                      (see EventPattern); "found" is its number, 0 when the time,
///                                      if one is given too, came first
///   {"do":"pace","speed":10}           from now on run by itself, 10 virtual seconds a second;
///                                      "max" is as fast as it goes, 0 stops. With an instant, as
///                                      of run_until, or an event, or both, until then
///   {"do":"pause"}                     stop running by itself; the recording can be read so far
///   {"do":"inject","text":"drain w1"}  see Session::inject; "given" counts what was given so far,
///                                      refused commands among it
///   {"do":"inspect"}                   now, end, newest event, nodes and services, and the digest
///                                      of all events so far
///   {"do":"look"}                      now, end_ns, pace, the event that stopped the last pace (0:
///                                      none), how much was given: cheap, to be asked often
///   {"do":"commands"}                  what was given, what the file has yet to give, and left_ns,
///                                      where the session that it keeps was left
///   {"do":"quit"}                      judge, close the recording, answer with verdicts and digest
///
/// Each answer: {"ok":true,"t":…,"t_ns":…,"event":…} and more, or {"ok":false,"error":"…"}. One
/// client at a time; a second is told so and let go, the next may come when the first has gone.
/// Lines over 64 KiB are refused. The wall clock paces the run and decides nothing in it.
/// While it runs by itself a client is answered within about a twentieth of a second, and what
/// happened can be read in the recording within a tenth of one (record/recorder.h).
///
/// Runs until `quit`; 0, or 2 with a message on stderr when the socket cannot be made.
/// `left_at`: where an earlier session, whose commands come again, was left.
int serve(Session& session, const std::string& socket_path, std::optional<Time> left_at = {});

}   // namespace glasshive::session
