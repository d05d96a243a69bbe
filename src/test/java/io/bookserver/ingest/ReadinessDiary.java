package io.bookserver.ingest;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.PublicationListener;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Alternative;
import jakarta.interceptor.Interceptor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.eclipse.microprofile.health.Readiness;

/**
 * Polls readiness from the application's start until it is up, and records every new answer. It delays each publication
 * a little, so that the rebuild can be observed.
 */
@Alternative
@ApplicationScoped
public class ReadinessDiary {
    private static final long MOMENT_NANOS = 100_000;

    /** One answer, and the number of updates visible to readers right after it. */
    record Entry(Status status, Map<String, Object> data, long updatesVisible) {
        long read() {
            return (long) data.get("records_read");
        }

        long toRead() {
            return (long) data.get("records_to_read");
        }

        Optional<Object> waitingFor() {
            return Optional.ofNullable(data.get("waiting_for"));
        }
    }

    private final ConcurrentLinkedQueue<Entry> entries = new ConcurrentLinkedQueue<>();
    private final PublicationListener slowly = (before, after) -> LockSupport.parkNanos(MOMENT_NANOS);
    private final BookRegistry registry;
    private final BooksReadiness readiness;

    ReadinessDiary(BookRegistry registry, @Readiness BooksReadiness readiness) {
        this.registry = registry;
        this.readiness = readiness;
    }

    void begin(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
        registry.addListener(slowly);
        Thread writing = new Thread(this::write, "readiness-diary");
        writing.setDaemon(true);
        writing.start();
    }

    private void write() {
        Status last = Status.DOWN;
        while (last == Status.DOWN) {
            HealthCheckResponse answer = readiness.call();
            last = answer.getStatus();
            Map<String, Object> data = answer.getData().orElseThrow();
            data.remove("broker_silent_ms");
            if (entries.stream().noneMatch(entry -> entry.data.equals(data))) {
                entries.add(new Entry(last, data, registry.list("", "", market -> true, Integer.MAX_VALUE)
                        .stream().mapToLong(MarketSnapshot::version).sum()));
            }
            LockSupport.parkNanos(1_000_000);
        }
        registry.removeListener(slowly);
    }

    List<Entry> entries() {
        return List.copyOf(entries);
    }
}
