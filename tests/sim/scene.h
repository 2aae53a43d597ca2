/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_SCENE_H
#define DHCP6_SIM_SCENE_H

/* The world changes: servers, link and hosts get worse or better, and people interfere. */

struct host;
struct world;

/* Something changes, and the next change is planned. */
void scene_play(struct world *world);

/* When the next change comes. */
void scene_plan(struct world *world);

/* Something happens to a host just because of what it does at the moment. */
void scene_interrupt(struct world *world, struct host *host);

/* Something happens to a host before its client even knows how long it has slept. */
void scene_wake(struct world *world, struct host *host);

/* Everything is well: one good server, no loss, all links up, a router that says M. */
void scene_all_well(struct world *world);

#endif
