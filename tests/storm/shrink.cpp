#include "storm/shrink.h"

#include <algorithm>

namespace glasshive::storm {

namespace {

class Shrinker {
  public:
    Shrinker(Draft draft, const StillBreaks& still_breaks, int tries_most)
        : best_(std::move(draft)), still_breaks_(still_breaks), tries_left_(tries_most) {}

    Draft run() {
        bool smaller = true;
        while (smaller && tries_left_ > 0) {
            smaller = false;
            for (std::size_t list = 0; list < best_.lists().size(); ++list) {
                smaller = leave_out(list) || smaller;
            }
            smaller = shorten() || smaller;
            smaller = plain() || smaller;
        }
        return best_;
    }

  private:
    bool take(const Draft& candidate) {
        if (tries_left_-- <= 0 || !still_breaks_(candidate)) return false;
        best_ = candidate;
        return true;
    }

    /// Entries of one list, in chunks of half the list, then of a quarter, … then alone.
    bool leave_out(std::size_t list) {
        bool smaller = false;
        for (std::size_t chunk = best_.lists()[list]->size(); chunk > 0; chunk /= 2) {
            std::size_t at = 0;
            while (at < best_.lists()[list]->size() && tries_left_ > 0) {
                Draft candidate = best_;
                for (std::size_t i = 0; i < chunk && at < candidate.lists()[list]->size(); ++i) {
                    candidate = without(candidate, list, at);
                }
                if (take(candidate)) smaller = true;
                else at += chunk;
            }
        }
        return smaller;
    }

    bool shorten() {
        bool smaller = false;
        for (int cut = best_.seconds / 2; cut >= 10 && tries_left_ > 0; cut /= 2) {
            Draft candidate = best_;
            candidate.seconds -= cut;
            if (candidate.seconds >= 10 && take(candidate)) smaller = true;
        }
        return smaller;
    }

    bool plain() {
        Draft candidate = best_;
        candidate.profile = "textbook";
        return candidate.profile != best_.profile && take(candidate);
    }

    Draft best_;
    const StillBreaks& still_breaks_;
    int tries_left_;
};

}   // namespace

Draft shrink(Draft draft, const StillBreaks& still_breaks, int tries_most) {
    return Shrinker(std::move(draft), still_breaks, tries_most).run();
}

}   // namespace glasshive::storm
