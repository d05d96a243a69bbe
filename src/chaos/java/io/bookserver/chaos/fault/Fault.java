package io.bookserver.chaos.fault;

import io.bookserver.chaos.followers.Followers;
import io.bookserver.chaos.workload.ProxyFeed;
import io.bookserver.chaos.world.World;
import java.util.SplittableRandom;

/** Something that goes wrong for a while; it is over when the call returns. */
@FunctionalInterface
interface Fault {
    /** What a fault can take hold of. */
    record Reach(World world, ProxyFeed feed, Followers followers) {}

    void inflict(Reach reach, SplittableRandom random, long durationMs) throws Exception;
}
