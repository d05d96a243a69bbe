package io.bookserver.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.feed.simulator.ReferenceBook;
import io.bookserver.testkit.Topics;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A server with its own topic and publisher, which are kept from measurement to measurement.
 *
 * <p><i>Not thread-safe; confined to the thread that measures.</i>
 */
final class Stage implements AutoCloseable {
    private static final int PARTITIONS = 4;
    private static final int BOOKS_A_REQUEST = 100;

    private final Publisher publisher;
    private final ServerProcess server;
    private final Path folder;

    private Stage(Publisher publisher, ServerProcess server, Path folder) {
        this.publisher = publisher;
        this.server = server;
        this.folder = folder;
    }

    static Stage open(LoadOptions options, EmbeddedBroker broker, Path folder, int number)
            throws IOException, InterruptedException {
        String bootstrap = options.bootstrap.isEmpty() ? broker.bootstrapServers() : options.bootstrap;
        String topic = options.topic.isEmpty() ? "load-" + number : options.topic;
        if (options.bootstrap.isEmpty()) {
            Topics.create(broker.bootstrapServers(), topic, PARTITIONS);
            Topics.create(broker.bootstrapServers(), topic + "-dead-letter", 1);
        }
        Publisher publisher = new Publisher(bootstrap, topic, options);
        ServerProcess server;
        if (options.url.isEmpty()) {
            int port = EmbeddedBroker.freePort();
            server = ServerProcess.start(
                    options, port, ServerProcess.packaged(bootstrap, topic, port), folder, Integer.toString(number));
        } else {
            server = ServerProcess.running(options.url);
        }
        server.awaitReady();
        return new Stage(publisher, server, folder);
    }

    Publisher publisher() {
        return publisher;
    }

    ServerProcess server() {
        return server;
    }

    /** For files of the processes that take part. */
    Path folder() {
        return folder;
    }

    /** The number of markets whose book the server shows differently than it was published. */
    long wrongBooks() throws IOException, InterruptedException {
        List<LoadMarket> markets = publisher.markets();
        long wrong = 0;
        for (int from = 0; from < markets.size(); from += BOOKS_A_REQUEST) {
            List<LoadMarket> some = markets.subList(from, Math.min(markets.size(), from + BOOKS_A_REQUEST));
            String tickers = some.stream().map(LoadMarket::ticker).collect(Collectors.joining(","));
            JsonNode answer = new ObjectMapper().readTree(
                    server.get("/trade-api/v2/markets/orderbooks?tickers=" + tickers));
            Map<String, ReferenceBook> books = new TreeMap<>();
            for (JsonNode book : answer.path("orderbooks")) {
                JsonNode ladders = book.path("orderbook_fp");
                books.put(book.path("ticker").asText(),
                        new ReferenceBook(ladder(ladders.path("yes_dollars")), ladder(ladders.path("no_dollars"))));
            }
            wrong += some.stream().filter(one -> !one.book().equals(books.get(one.ticker()))).count();
        }
        return wrong;
    }

    @Override
    public void close() {
        server.close();
        publisher.close();
    }

    private static NavigableMap<Integer, Long> ladder(JsonNode pairs) {
        var ladder = new TreeMap<Integer, Long>();
        for (JsonNode pair : pairs) {
            ladder.put(new BigDecimal(pair.get(0).asText()).movePointRight(4).intValueExact(),
                    new BigDecimal(pair.get(1).asText()).movePointRight(2).longValueExact());
        }
        return ladder;
    }
}
