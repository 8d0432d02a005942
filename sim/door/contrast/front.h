#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "door/couch/listener.h"
#include "kernel/kernel.h"
#include "store/contrast/contrast.h"
#include "store/spec.h"

namespace glasshive::door::contrast {

class Front;

/// The process of a node that hears clients: requests and answers are door/couch's messages.
class Listener final : public kernel::Process {
  public:
    /// Both outlive it.
    Listener(kernel::Kernel& kernel, Front& front, std::size_t member)
        : kernel_(kernel),
          front_(front),
          member_(member) {}
    void on_message(const kernel::Message& message) override;
    void on_stop() override { ++life_; }

  private:
    void answer(ChannelId channel, std::uint64_t number, int status, std::string body);
    void serve(const http::Request& request, ChannelId channel, std::uint64_t number);

    kernel::Kernel& kernel_;
    Front& front_;
    std::size_t member_;
    std::uint64_t life_ = 0;   // What an earlier one was asked is nobody's business.
};

/// A small store with its HTTP interface: what a scenario's `stores` entry of another kind than
/// couchdb becomes. Its databases and their documents are there from the start.
class Front {
  public:
    /// `places` by the spec's hosts. The kernel outlives it.
    Front(kernel::Kernel& kernel, const store::ClusterSpec& spec,
          std::vector<store::contrast::Place> places);
    Front(const Front&) = delete;
    Front& operator=(const Front&) = delete;

    void start() { store_.start(); }
    const store::ClusterSpec& spec() const { return spec_; }
    const std::string& name() const { return spec_.name; }
    store::contrast::Contrast& store() { return store_; }
    const store::contrast::Contrast& store() const { return store_; }
    ProcessId listener(std::size_t member) const { return listeners_[member].id(); }

    /// "3-node-1": the number, and the host whose node gave it.
    std::string text_of(const store::contrast::Version& version) const;
    bool has_database(std::string_view name) const;

  private:
    store::ClusterSpec spec_;
    store::contrast::Contrast store_;
    std::deque<Listener> listeners_;   // By member; addresses stay.
};

}   // namespace glasshive::door::contrast
