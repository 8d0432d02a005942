#pragma once

#include <string>

#include "viewer/panels/store_tree.h"

namespace glasshive::viewer {

/// Where the drawing of a tree stands.
struct Canvas {
    Context& context;
    const Pen& pen;
    TreeMemory& memory;
    Area area;
    float column = 0, row = 0;                    ///< Pixels of each.
    float left = 0, top = 0;                      ///< Of the first revision's middle.
    bool more_left = false, more_right = false;   ///< It goes on beyond an edge.

    /// The middle of a revision's mark.
    ImVec2 at(const TreeRevision& one) const {
        return {left + static_cast<float>(one.column) * column,
                top + static_cast<float>(one.row) * row};
    }
};

/// What is to be known of a revision, in lines.
std::string words_of(const Context& context, const RevisionTree& tree, const TreeRevision& one);
/// Its mark alone: the shape says what it is, the colour only helps.
void draw_shape(const Pen& pen, const TreeRevision& one, ImVec2 at);
/// The line to what it is an edit of; of what was folded between them, how much.
void draw_edge(const Canvas& canvas, const TreeRevision& one);
/// Mark, name, and the copies that stand there; it can be chosen.
void draw_revision(const Canvas& canvas, const TreeRevision& one);

}   // namespace glasshive::viewer
