package io.bookserver.query;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.util.OptionalLong;

/**
 * The file descriptors of this process. A process without any is not only unable to accept connections: it can open no
 * file and no connection of its own, such as one to Kafka.
 *
 * <p><i>Stateless.</i>
 */
final class Descriptors {
    /** For jars, files and the connections to Kafka and the exchange; a server at work was seen to have about 250. */
    static final long RESERVE = 512;
    private static final long LEAST_RESERVE = 320;

    private Descriptors() {}

    /** How many the process may have; empty where that is not known. */
    static OptionalLong limit() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return system instanceof UnixOperatingSystemMXBean
                ? OptionalLong.of(((UnixOperatingSystemMXBean) system).getMaxFileDescriptorCount()).stream()
                        .filter(max -> max > 0).findFirst()
                : OptionalLong.empty();
    }

    /** How many of that many may be those of clients: all but the reserve, which is half of a small number. */
    static long forClients(long limit) {
        return Math.max(0, limit - Math.min(RESERVE, Math.max(LEAST_RESERVE, limit / 2)));
    }
}
