#include "viewer/live/sandbox.h"

#include "viewer/live/mailbox.h"
#include "viewer/live/worker.h"

namespace glasshive::viewer {

Sandbox::Sandbox(SandboxOptions options)
    : mailbox_(std::make_unique<Mailbox>(std::move(options.changed))) {
    thread_ = std::thread(
        [mailbox = mailbox_.get(), play = std::move(options)] { Worker(play, *mailbox).work(); });
}

Sandbox::~Sandbox() {
    mailbox_->close();
    thread_.join();
}

std::uint64_t Sandbox::post(Command command) { return mailbox_->post(std::move(command)); }
void Sandbox::give_up() { mailbox_->give_up(); }
std::shared_ptr<const Status> Sandbox::status() const { return mailbox_->status(); }

}   // namespace glasshive::viewer
