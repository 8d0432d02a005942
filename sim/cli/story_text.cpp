#include "cli/story_text.h"

#include <algorithm>

namespace glasshive::cli {

void print_story(std::ostream& stream, const Terminal& out, const explain::Story& story) {
    stream << out.paint(Tone::bold, story.headline) << "\n\n";
    std::size_t number_columns = 0, shown = 0;
    for (const explain::Step& step : story.steps) {
        number_columns =
            std::max(number_columns, std::to_string(number_of(step.id)).size() + 1);
    }
    for (const explain::Step& step : story.steps) {
        if (story.left_out > 0 && shown++ == story.steps.size() / 2) {
            stream << out.paint(Tone::dim, "    … " + std::to_string(story.left_out) +
                                                  " more …") << '\n';
        }
        const std::string time = seconds_text(step.time);
        const std::string indent(time.size() < 10 ? 10 - time.size() : 0, ' ');
        stream << out.paint(Tone::dim, indent + time + " s  " +
                                              fit("#" + std::to_string(number_of(step.id)),
                                                  number_columns))
                  << "  "
                  << out.paint(step.asked ? Tone::plain : Tone::dim, printable(step.sentence))
                  << '\n';
    }
    stream << "\nIt goes back to " << out.paint(Tone::accent, printable(story.root)) << ".\n";
    for (const std::string& note : story.notes) stream << "  " << printable(note) << '\n';
}

}   // namespace glasshive::cli
