package io.bookserver.load;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Clients that request tops of book at a fixed schedule. Latency counts from the time at which a request was due.
 *
 * <p><i>Not thread-safe; confined to the thread that measures.</i>
 */
final class RestReaders implements AutoCloseable {
    private static final long INTERVAL_NANOS = 20_000_000;
    private static final int TICKERS = 10;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<Histogram>> readers = new ArrayList<>();
    private volatile boolean ended;

    RestReaders(String url, LoadOptions options, List<LoadMarket> markets) {
        for (int i = 0; i < options.readers; i++) {
            var random = new SplittableRandom(i);
            readers.add(threads.submit(() -> read(url, markets, random)));
        }
    }

    /** Ends all readers; returns their latencies in nanoseconds. */
    Histogram end() throws InterruptedException, ExecutionException {
        ended = true;
        var all = new Histogram(3);
        for (Future<Histogram> reader : readers) {
            all.add(reader.get());
        }
        return all;
    }

    @Override
    public void close() {
        ended = true;
        threads.shutdownNow();
    }

    private Histogram read(String url, List<LoadMarket> markets, SplittableRandom random) throws Exception {
        var http = HttpClient.newHttpClient();
        var latencyNanos = new Histogram(3);
        long dueNanos = System.nanoTime() + random.nextLong(INTERVAL_NANOS);
        while (!ended) {
            for (long early = dueNanos - System.nanoTime(); early > 0; early = dueNanos - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            var tickers = new StringBuilder();
            for (int i = 0; i < TICKERS; i++) {
                tickers.append(i == 0 ? "" : ",").append(markets.get(random.nextInt(markets.size())).ticker());
            }
            var request = HttpRequest.newBuilder(URI.create(url + "/api/v1/top-of-book?market_tickers=" + tickers));
            int status = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray()).statusCode();
            if (status != 200) {
                throw new IllegalStateException("a reader was answered " + status);
            }
            latencyNanos.recordValue(System.nanoTime() - dueNanos);
            dueNanos += INTERVAL_NANOS;
        }
        return latencyNanos;
    }
}
