#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "viewer/app/layout.h"
#include "viewer/app/player.h"
#include "viewer/app/shown.h"
#include "viewer/live/sandbox.h"
#include "viewer/model/seeker.h"

namespace glasshive::viewer {

struct ViewOptions {
    std::string file;         ///< A recording; of a live view whatever a session plays.
    bool live = false;        ///< Plays `file` in a session of its own and follows it.
    std::string other;        ///< A second recording to compare with; "": none.
    std::optional<Time> at;   ///< Empty: the end.
    std::string select;       ///< A name; "": nothing.
    std::string panel;        ///< Fills the window; "": all panes.
    bool dark = true;
};

/// Everything behind the window: what is open, what is selected, what is drawn. Knows ImGui, but no
/// window system: a window, a picture for a file and a test drive it alike.
class View final : public Shown {
  public:
    /// Problems: a file that cannot be read, a name that nobody mentions.
    static Result<std::unique_ptr<View>> open(const ViewOptions& options);

    void dress(float scale) override;
    void press(int key, int modifiers) override { keys_.push_back({key, modifiers}); }
    struct Key {
        int code = 0, modifiers = 0;
    };
    /// Those of this frame that nobody took yet.
    std::vector<Key>& keys() { return keys_; }
    /// Takes a key out of this frame's; false when it was not pressed.
    bool take_key(int code, int modifiers);
    void frame() override;
    /// Reads to the end and waits for the picture of the playhead: for pictures and tests.
    void settle();
    /// What is seen changes by itself: it plays, or the picture of the playhead is not there yet.
    bool moving() const override;
    /// Parts of the recording were not read yet: read_on() has something to do.
    bool reading() const override { return !story_->done() || !events_->done(); }
    /// What was opened, without its folder.
    const std::string& title() const override { return title_; }
    bool follows() const override { return sandbox_ != nullptr; }
    /// A run beside the window, which may change it; null for a recording.
    Sandbox* sandbox() { return sandbox_.get(); }
    /// What is known of it; null for a recording.
    const Status* live() const { return status_.get(); }
    /// The playhead stays where the run stands.
    bool following() const { return sandbox_ != nullptr && following_; }
    /// Asks the run for something; what becomes of it is said in the status line.
    void post(Command command);
    /// The run has said something that no frame has taken note of.
    bool changed() const override { return sandbox_ && sandbox_->status() != status_; }
    /// Waits until the run has answered everything, a minute at most: for pictures and tests.
    bool wait_for_run();

    /// Reads on for about `budget`. Each frame does, a little; a window does in between.
    void read_on(std::chrono::microseconds budget) override;

    // What keys, palette, bars and tests do.
    void seek(Time at);
    void select(NameId name) { selection_.choose(name); }
    /// A name, or a slot, of which the newest task is meant. False when there is no such thing.
    bool select(std::string_view name);
    /// To the next (1) or previous (-1) event of the list, as it is filtered.
    void step(int direction);
    void toggle_play();
    void set_speed(double speed);
    bool playing() const;
    void toggle_theme();
    void toggle_help() { help_ = !help_; }
    void toggle_palette() { palette_ = !palette_; }
    void escape();
    void quit() { quit_ = true; }
    /// Menus and fields that are open close in this frame.
    bool closes_popups() const { return close_popups_; }
    void say(std::string message) { message_ = std::move(message); }

    Glass& glass() { return *glass_; }
    const Glass& glass() const { return *glass_; }
    const Picture& now() const { return *now_; }
    Story& story() { return *story_; }
    EventList& events() { return *events_; }
    Selection& selection() { return selection_; }
    Player& player() { return player_; }
    Layout& layout() { return layout_; }
    const Theme& theme() const { return theme_; }
    bool dark() const { return dark_; }
    Hits& hits() { return hits_; }
    /// Of the picture that is shown.
    std::size_t hosts_on() const { return hosts_on_; }
    std::size_t active_faults() const { return faults_; }
    /// Of what belongs to no panel, and outlives a change of the recording.
    Memory& own() { return own_; }
    Memory& memory() { return memory_; }   ///< The panels'; goes with the recording.
    /// Ends a process that hangs, or a command that takes long.
    void give_up();
    const std::string& message() const { return message_; }
    bool wants_to_quit() const override { return quit_; }
    bool help_shown() const { return help_; }
    bool palette_shown() const { return palette_; }
    /// Keeps where things are drawn, for tests.
    void remember_hits() { remember_ = true; }

  private:
    View() = default;
    /// Opens a recording in place of what is shown.
    Diagnostics show(const std::string& path);
    Diagnostics start_live(const ViewOptions& options);
    /// Takes note of what the run did meanwhile.
    void look_at_run();
    void take(std::shared_ptr<const Picture> picture);
    void draw_ground(Context& context);
    /// Asks for the picture of the playhead.
    void want_picture();

    std::unique_ptr<Glass> glass_, other_;
    std::unique_ptr<Seeker> seeker_;
    std::shared_ptr<const Picture> now_;   // Never null once open; dies before the seeker.
    std::unique_ptr<Story> story_;
    std::unique_ptr<EventList> events_;
    std::size_t hosts_on_ = 0, faults_ = 0;
    std::unique_ptr<Sandbox> sandbox_;
    std::shared_ptr<const Status> status_;
    int generation_ = 0;   // Of the recording that is shown.
    bool following_ = true;
    std::uint64_t told_ = 0;     // The last answer that was said.
    std::uint64_t posted_ = 0;   // The last command that was asked for.
    Selection selection_;
    Time wanted_{};
    std::uint64_t wanted_last_ = 0;   // The newest event that the wanted picture may know.
    Player player_;
    Layout layout_;
    Theme theme_;
    bool dark_ = true;
    Hits hits_;
    Memory memory_, own_;   // The panels'; that of what stands around them.
    std::string title_;
    std::vector<Key> keys_;
    std::string message_;   // In the status line.
    bool help_ = false, palette_ = false, remember_ = false, quit_ = false, close_popups_ = false;
    bool unfinished_ = false;   // A panel reads on.
};

/// The bars above and below the panes.
void draw_header(View& view, ImDrawList& list, Area area);
void draw_status(View& view, ImDrawList& list, Area area);
/// What only a live view has: its history, what can be done about it, and a command line.
void draw_run_bar(View& view, ImDrawList& list, Area area);
/// The next key is a letter of the command line.
void focus_command_line(View& view);
/// Begins another line of history at the playhead.
void branch_here(View& view);
/// The keys, over everything.
void draw_help(View& view);
/// Type to find: commands, panels, names, instants.
void draw_palette(View& view);
/// Does what the keys of this frame say.
void take_keys(View& view);

}   // namespace glasshive::viewer
