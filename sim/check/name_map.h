#pragma once

#include <vector>

#include "base/ids.h"

namespace glasshive::check {

/// A value per name, found by index: names are numbered densely, so a fold over millions of events
/// needs neither hash nor tree.
template <class T>
class NameMap {
  public:
    explicit NameMap(T fallback = T{}) : fallback_(fallback) {}

    T& operator[](NameId id) {
        if (id.index() >= values_.size()) values_.resize(id.index() + 1, fallback_);
        return values_[id.index()];
    }
    const T& at(NameId id) const {
        return id.valid() && id.index() < values_.size() ? values_[id.index()] : fallback_;
    }

  private:
    T fallback_;
    std::vector<T> values_;
};

/// A name out of an event's field.
inline NameId name_of(std::int64_t field) { return NameId{static_cast<std::uint32_t>(field)}; }

}   // namespace glasshive::check
