#pragma once

#include <vector>

#include "viewer/app/shown.h"
#include "viewer/draw/widgets.h"
#include "viewer/model/catalogue.h"

namespace glasshive::viewer {

/// The screen of a window that was given no file: scenarios and recordings to choose from, with the
/// question that each begins with.
class Start final : public Shown {
  public:
    /// All of these folders, in order.
    Start(const std::vector<std::string>& folders, bool dark);

    const std::string& title() const override { return title_; }
    void dress(float scale) override;
    void press(int key, int modifiers) override;
    void frame() override;
    bool wants_to_quit() const override { return quit_ || !file_.empty(); }

    /// What was chosen; "" when the window was closed.
    const std::string& file() const { return file_; }
    bool empty() const { return entries_.empty(); }
    Hits& hits() { return hits_; }

  private:
    void take_keys();
    void find();
    void draw_list(const Pen& pen, Rect area);
    void draw_about(const Pen& pen, Rect area) const;

    std::vector<CatalogueEntry> entries_;
    std::vector<std::size_t> found_;   ///< Of entries_, those with all words.
    std::size_t chosen_ = 0;           ///< Of found_.
    std::string words_, searched_;
    std::vector<int> keys_;
    std::string title_ = "start", file_;
    Scroll scroll_;
    Theme theme_;
    Hits hits_;
    bool dark_, quit_ = false;
    bool moved_ = false;   ///< By keys: the list goes there.
};

}   // namespace glasshive::viewer
