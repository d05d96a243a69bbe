package io.bookserver.query;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.util.OptionalLong;

/**
 * The file descriptors of this process. A process without any is not only unable to accept connections: the class
 * loader of the packaged jar waits forever for a jar that it cannot open, on event loops too (quarkusio/quarkus#48750).
 *
 * <p><i>Stateless.</i>
 */
final class Descriptors {
    /** For jars, files and the connections to Kafka and the exchange; a server at work was seen to have about 100. */
    static final long RESERVE = 512;

    private Descriptors() {}

    /** How many the process may have; empty where that is not known. */
    static OptionalLong limit() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return system instanceof UnixOperatingSystemMXBean
                ? OptionalLong.of(((UnixOperatingSystemMXBean) system).getMaxFileDescriptorCount()).stream()
                        .filter(max -> max > 0).findFirst()
                : OptionalLong.empty();
    }

    /** How many of that many may be those of clients: all but the reserve, or half of a small number. */
    static long forClients(long limit) {
        return limit - Math.min(RESERVE, limit / 2);
    }
}
