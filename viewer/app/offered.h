#pragma once

#include <string>
#include <vector>

#include "viewer/app/view.h"
#include "viewer/live/offers.h"

namespace glasshive::viewer {

/// What can be done about one side of a thing: a machine is a host, and a node of the swarm, too.
struct OfferGroup {
    std::string of;   ///< "host", "node", "hosts"…
    std::vector<Offer> offers;
};
/// What can be done about what is selected.
struct Offered {
    std::string name;   ///< "node-2", "3 hosts"; "": nothing is selected.
    std::vector<OfferGroup> groups;
};

/// Of the selection, at the instant that is shown. Kept until one of them changes.
const Offered& offered(View& view);
/// Of a thing of this name; no groups when nothing can be done to it.
Offered offered_of(View& view, NameId name);
/// Faults that are active, to be ended.
const std::vector<Offer>& offered_ends(View& view);
/// Why nothing can be done now, whatever it is: "" when it can.
std::string refusal(const View& view);

/// How long a fault lasts that is offered, one of the words below.
inline constexpr std::string_view span_words[] = {"Until ended", "10 s", "1 min", "5 min"};
std::size_t& chosen_span(View& view);

/// Does it, or asks first for what is still to be typed.
void take_offer(View& view, const Offer& offer);

/// What it does, and the text that is given; or why it cannot be done.
std::string tip_of(const View& view, const Offer& offer);

/// The bar over the panes of a live view: what can be done about what is selected.
void draw_toolbar(View& view, ImDrawList& list, Area area);

}   // namespace glasshive::viewer
