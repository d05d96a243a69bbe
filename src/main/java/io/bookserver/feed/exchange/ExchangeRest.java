package io.bookserver.feed.exchange;

import io.bookserver.feed.exchange.RestReader.MarketPage;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Sends requests to the exchange's REST interface. Answers are parsed on a separate thread, since a page of markets has
 * megabytes.
 *
 * <p><i>Thread-safe: the connector's thread sends requests, event loops receive the answers.</i>
 */
final class ExchangeRest implements Rest, AutoCloseable {
    private static final int MAX_BODY_BYTES = 64 << 20;
    private static final long ANSWER_WITHIN_MS = 30_000;
    private static final int CONNECT_TIMEOUT_MS = 10_000;

    /** Parses an answer's body. */
    private interface Reader<T> {
        T read(byte[] body) throws IOException;
    }

    private final Vertx vertx;
    private final HttpClient client;
    private final URI base;
    private final String path;
    private final Optional<Login> login;
    private final ExchangeTime time;
    private final Executor connector;
    private final ExecutorService readers = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "orderbook-feed-rest");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * @param base the URL before {@code /markets}
     * @param connector runs tasks on the connector's thread
     */
    ExchangeRest(Vertx vertx, URI base, Optional<Login> login, ExchangeTime time, Executor connector) {
        this.vertx = vertx;
        this.base = base;
        this.path = base.getPath().replaceAll("/+$", "");
        this.login = login;
        this.time = time;
        this.connector = connector;
        client = vertx.createHttpClient(new HttpClientOptions().setMaxPoolSize(2).setDecompressionSupported(true)
                .setConnectTimeout(CONNECT_TIMEOUT_MS));
    }

    @Override
    public void markets(String query, Consumer<Answer<MarketPage>> answer) {
        ask(path + "/markets", query, RestReader::markets, answer);
    }

    @Override
    public void books(Collection<String> tickers, Consumer<Answer<Map<String, BookLevels>>> answer) {
        String query = tickers.stream().map(ticker -> "tickers=" + URLEncoder.encode(ticker, StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        ask(path + "/markets/orderbooks", query, RestReader::books, answer);
    }

    private <T> void ask(String fullPath, String query, Reader<T> reader, Consumer<Answer<T>> answer) {
        AtomicBoolean answered = new AtomicBoolean();
        Consumer<Answer<T>> once = came -> {
            if (answered.compareAndSet(false, true)) {
                connector.execute(() -> answer.accept(came));
            }
        };
        RequestOptions options = new RequestOptions().setMethod(HttpMethod.GET)
                .setAbsoluteURI(base.resolve(fullPath + "?" + query).toString()).setConnectTimeout(CONNECT_TIMEOUT_MS);
        options.putHeader("Accept", "application/json");
        login.ifPresent(us -> us.headers(time.nowMs(), fullPath).forEach(options::putHeader));
        client.request(options).onFailure(failure -> once.accept(none(0, failure))).onSuccess(request -> {
            long timer = vertx.setTimer(ANSWER_WITHIN_MS,
                    late -> request.reset(0, new TimeoutException("no answer in time")));
            Consumer<Answer<T>> last = came -> {
                vertx.cancelTimer(timer);
                once.accept(came);
            };
            request.exceptionHandler(failure -> last.accept(none(0, failure)));
            request.send().onFailure(failure -> last.accept(none(0, failure)))
                    .onSuccess(response -> receive(response, reader, last));
        });
    }

    private <T> void receive(HttpClientResponse response, Reader<T> reader, Consumer<Answer<T>> answer) {
        time.heard(response.getHeader("Date"));
        Buffer body = Buffer.buffer();
        response.exceptionHandler(failure -> answer.accept(none(response.statusCode(), failure)));
        response.handler(part -> {
            body.appendBuffer(part);
            if (body.length() > MAX_BODY_BYTES) {
                response.request().reset(0, new IOException("an answer of more than " + MAX_BODY_BYTES + " bytes"));
            }
        });
        long retryAfterMs = RetryAfter.ms(response.getHeader("Retry-After"), Instant.now());
        response.endHandler(end -> readers.execute(() -> answer.accept(read(response.statusCode(), retryAfterMs, body, reader))));
    }

    private static <T> Answer<T> read(int status, long retryAfterMs, Buffer body, Reader<T> reader) {
        if (status != 200) {
            return new Answer<>(status, Optional.empty(), "HTTP " + status, retryAfterMs);
        }
        try {
            return new Answer<>(status, Optional.of(reader.read(body.getBytes())), "");
        } catch (IOException e) {
            return none(status, e);
        }
    }

    private static <T> Answer<T> none(int status, Throwable failure) {
        return new Answer<>(status, Optional.empty(), Reason.of(failure));
    }

    @Override
    public void close() {
        client.close();
        readers.shutdownNow();
    }
}
