package io.bookserver.stream;

import io.bookserver.book.BookRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import java.net.URI;

/** The parts of a whole server that a test of the stream accesses. */
abstract class StreamServer {
    @TestHTTPResource("/trade-api/ws/v2")
    URI uri;

    @Inject
    BookRegistry registry;

    @Inject
    FanOut fanOut;

    @Inject
    MeterRegistry meters;
}
