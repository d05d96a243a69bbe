package io.bookserver.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The options of a run. Every option is {@code --name value}; the defaults are the fields' initial values here.
 *
 * <p><i>Not thread-safe; read-only once parsed.</i>
 */
final class LoadOptions {
    static final String HELP = """
            One command measures the whole way: a publisher that is due at a fixed schedule, a Kafka broker in this
            process, the packaged server in a process of its own, WebSocket clients. Latency is from the time at which
            an update was DUE to be published to the time at which a client had read what came of it.

            --books N             markets (1000)
            --rate N              updates a second (1000)
            --top-share F         share of the updates that change the best price or quantity (0.5)
            --clients N           clients that read (10)
            --markets all|N       markets each client follows (all)
            --trade-share F       share of the updates that are trades instead, which change no book (0)
            --channel C           top_of_book, orderbook_delta or trade (top_of_book)
            --depth N             levels of each side that top_of_book shows, 1 to 50 (1)
            --stalled N           further clients that follow every market and never read (0)
            --compressed 0|1      whether the clients offer permessage-deflate (0)
            --hostile N           sets of hostile clients, which do everything at once that may cost others, in a
                                  process of their own with a lower priority (0)
            --hostile-kinds REGEX only those kinds of them (.*), such as half_bodies|resets
            --readers N           REST clients that ask for ten tops of book 50 times a second each (0)
            --seconds N           measured time (20)
            --warm-up N           seconds left out before it (5)
            --rounds N            how often each variant is measured, alternately (1)
            --vs OPTIONS          a further variant: these options changed; commas for blanks (--stalled,1). Can be
                                  given several times: B, C, ... are measured in turn with A
            --server-options O;O  options of the server's JVM (-Xmx1g)
            --java HOME           the JVM that runs the server (this one)
            --url http://H:P      a running server instead of one of ours; with --bootstrap and --topic
            --bootstrap H:P       a running broker instead of one in this process
            --topic T             its topic ("load-N")
            --bare BYTES          no server of ours: a bare Vert.x one that sends ready frames of that length
            --client-threads N    threads that read (2)
            --seed N              of the books and updates (1)
            """;

    int books = 1000;
    int rate = 1000;
    double topShare = 0.5;
    int clients = 10;
    int markets = Integer.MAX_VALUE;
    double tradeShare;
    String channel = "top_of_book";
    int depth = 1;
    int stalled;
    boolean compressed;
    int hostile;
    String hostileKinds = ".*";
    int readers;
    int seconds = 20;
    int warmUp = 5;
    int rounds = 1;
    final List<String> vs = new ArrayList<>();
    String serverOptions = "-Xmx1g";
    String java = System.getProperty("java.home");
    String url = "";
    String bootstrap = "";
    String topic = "";
    int bareBytes;
    int clientThreads = 2;
    long seed = 1;

    /** @throws IllegalArgumentException if an option is unknown or its value cannot be read */
    static LoadOptions parse(List<String> args) {
        LoadOptions options = new LoadOptions();
        options.apply(args);
        return options;
    }

    /** These options with those changed; rounds and variants are not inherited. */
    static LoadOptions parse(List<String> args, String changed) {
        LoadOptions options = parse(args);
        options.vs.clear();
        options.apply(words(changed.replace(',', ' ')));
        return options;
    }

    /** Identifies the server's configuration: variants with the same key are measured on the same process. */
    String serverKey() {
        return String.join(" ", url, java, serverOptions, Integer.toString(books), Long.toString(seed), topic);
    }

    boolean isDelta() {
        return channel.equals("orderbook_delta");
    }

    boolean isTrade() {
        return channel.equals("trade");
    }

    boolean isBare() {
        return bareBytes > 0;
    }

    /** Splits at blanks; a quoted part stays whole. */
    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        var word = new StringBuilder();
        char quote = 0;
        boolean any = false;
        for (char c : line.toCharArray()) {
            if (quote == 0 && (c == '\'' || c == '"')) {
                quote = c;
                any = true;
            } else if (c == quote) {
                quote = 0;
            } else if (quote == 0 && Character.isWhitespace(c)) {
                if (any || word.length() > 0) {
                    words.add(word.toString());
                }
                word.setLength(0);
                any = false;
            } else {
                word.append(c);
            }
        }
        if (any || word.length() > 0) {
            words.add(word.toString());
        }
        return words;
    }

    private void apply(List<String> args) {
        for (int i = 0; i < args.size(); i += 2) {
            if (i + 1 == args.size()) {
                throw new IllegalArgumentException("an option needs a value: " + args.get(i));
            }
            set(args.get(i), args.get(i + 1));
        }
        if (!Arrays.asList("top_of_book", "orderbook_delta", "trade").contains(channel)) {
            throw new IllegalArgumentException(
                    "channel must be top_of_book, orderbook_delta or trade: channel=" + channel);
        }
        if (depth > 1 && !channel.equals("top_of_book")) {
            throw new IllegalArgumentException("depth must be 1 on other channels than top_of_book: depth=" + depth);
        }
        if (isTrade() && tradeShare == 0) {
            throw new IllegalArgumentException("trade-share must be above 0 on the channel trade");
        }
        markets = Math.min(markets, books);
    }

    private void set(String name, String value) {
        switch (name) {
            case "--books" -> books = number(value);
            case "--rate" -> rate = number(value);
            case "--top-share" -> topShare = Double.parseDouble(value);
            case "--clients" -> clients = number(value);
            case "--markets" -> markets = value.equals("all") ? Integer.MAX_VALUE : number(value);
            case "--trade-share" -> tradeShare = Double.parseDouble(value);
            case "--channel" -> channel = value;
            case "--depth" -> depth = number(value);
            case "--stalled" -> stalled = number(value);
            case "--compressed" -> compressed = number(value) > 0;
            case "--hostile" -> hostile = number(value);
            case "--hostile-kinds" -> hostileKinds = value;
            case "--readers" -> readers = number(value);
            case "--seconds" -> seconds = number(value);
            case "--warm-up" -> warmUp = number(value);
            case "--rounds" -> rounds = number(value);
            case "--vs" -> vs.add(value);
            case "--server-options" -> serverOptions = value.replace(';', ' ');
            case "--java" -> java = value;
            case "--url" -> url = value;
            case "--bootstrap" -> bootstrap = value;
            case "--topic" -> topic = value;
            case "--bare" -> bareBytes = number(value);
            case "--client-threads" -> clientThreads = number(value);
            case "--seed" -> seed = number(value);
            default -> throw new IllegalArgumentException("unknown option: " + name);
        }
    }

    private static int number(String value) {
        return Integer.parseInt(value.replace(",", "").replace("_", ""));
    }
}
