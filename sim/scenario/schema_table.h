#pragma once

#include "base/units.h"
#include "scenario/schema.h"

/// The parts of the table, one function each. Defaults are printed from the specs that hold them.
namespace glasshive::scenario::table {

Section scenario();
Section record();
Section scheduler();
Section script();
Section pulls();
Section balancer();
Section autoscaler();
Section store();
Section database();
Section documents();
Section store_client();
Section step();
Section replication();
Section network();
Section command();

Section session();
Section given();

Section platform();
Section host_shape();
Section host_group();
Section zone_group();
Section disk();

Section link();
Section links();
Section uplink();
Section cable();
Section fat_tree();
Section fat_tree_level();

Section registry();
Section image();
Section service();
Section resources();
Section restart();
Section placement();
Section port();
Section behaviour();
Section healthcheck();
Section update();
Section stack();

Section workload();
Section client();
Section fault();
Section group();
Section law();

/// Values as a scenario spells them: "8GiB", "1Gbps", "50us", "0.5".
template <class T>
std::string spelled(const T& value) {
    using glasshive::to_text;
    std::string text = to_text(value);
    std::erase(text, ' ');
    return text;
}

}   // namespace glasshive::scenario::table
