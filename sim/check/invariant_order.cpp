#include "check/invariants.h"

namespace glasshive::check {

namespace {

class CausesPointBack final : public Invariant {
  public:
    explicit CausesPointBack(const Names& names) : Invariant("causes point back", names) {}

    void on_event(const Event& event, std::string_view) override {
        const std::uint64_t id = number_of(event.id);
        if (id != last_ + 1) {
            broken(event,
                   "event " + std::to_string(id) + " follows event " + std::to_string(last_));
        }
        last_ = id;
        if (event.cause >= event.id) {
            broken(event, "event " + std::to_string(id) + " is caused by event " +
                              std::to_string(number_of(event.cause)));
        }
    }

  private:
    std::uint64_t last_ = 0;
};

class TimeNeverGoesBack final : public Invariant {
  public:
    explicit TimeNeverGoesBack(const Names& names) : Invariant("time never goes back", names) {}

    void on_event(const Event& event, std::string_view) override {
        if (event.time < now_) {
            broken(event,
                   seconds_text(event.time, 9) + " s follows " + seconds_text(now_, 9) + " s");
        } else {
            now_ = event.time;
        }
    }

  private:
    Time now_{};
};

}   // namespace

std::unique_ptr<Invariant> make_causes_point_back(const Names& names) {
    return std::make_unique<CausesPointBack>(names);
}

std::unique_ptr<Invariant> make_time_never_goes_back(const Names& names) {
    return std::make_unique<TimeNeverGoesBack>(names);
}

}   // namespace glasshive::check
