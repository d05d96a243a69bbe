package io.bookserver.load;

import io.bookserver.devbroker.EmbeddedBroker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the server from end to end: {@code ./mvnw -Pload verify -Dload.args="--rate 1000 --clients 10"}.
 *
 * <p><i>Not thread-safe: one run, one thread.</i>
 */
public final class LoadTool {
    private static final Path FOLDER = Path.of("target", "load");

    private LoadTool() {}

    public static void main(String[] args) throws Exception {
        if (List.of(args).contains("--help")) {
            System.out.println(LoadOptions.HELP + "\n" + LoadMatrix.HELP);
            return;
        }
        if (List.of(args).contains("--matrix")) {
            List<String> rest = List.of(args).stream().filter(one -> !one.equals("--matrix")).toList();
            System.exit(new LoadMatrix(rest, FOLDER).run() ? 0 : 1);
        }
        LoadOptions options = LoadOptions.parse(List.of(args));
        List<LoadOptions> variants = new ArrayList<>(List.of(options));
        options.vs.forEach(changed -> variants.add(LoadOptions.parse(List.of(args), changed)));
        System.out.println("load: " + String.join(" ", args));
        List<Result> results = new ArrayList<>();
        Map<String, Stage> stages = new LinkedHashMap<>();
        boolean broker = variants.stream().anyMatch(one -> !one.isBare() && one.bootstrap.isEmpty());
        try (EmbeddedBroker embedded = broker ? EmbeddedBroker.start() : null) {
            for (LoadOptions variant : variants) {
                if (!variant.isBare() && !stages.containsKey(variant.serverKey())) {
                    stages.put(variant.serverKey(), Stage.open(variant, embedded, FOLDER, stages.size()));
                }
            }
            for (int round = 1; round <= options.rounds; round++) {
                for (int i = 0; i < variants.size(); i++) {
                    results.add(measure(variants.get(i), stages, round, (char) ('A' + i))
                            .put(Result.ARGS, String.join(" ", args)));
                    Result.write(results, FOLDER.resolve("results-" + ProcessHandle.current().pid() + ".csv"));
                }
            }
        } finally {
            stages.values().forEach(Stage::close);
        }
        System.out.println(Result.table(results));
        System.out.println(Result.medians(results));
        System.exit(results.stream().allMatch(LoadTool::isRight) ? 0 : 1);
    }

    private static Result measure(LoadOptions options, Map<String, Stage> stages, int round, char variant)
            throws Exception {
        Result result = options.isBare() ? BareMeasurement.run(options, FOLDER)
                : new Measurement(options, stages.get(options.serverKey())).run();
        result.put("variant", variant).put("round", round);
        System.out.printf("round %d %s: p50 %s p99 %s p99.9 %s ms, %s messages/s, server %s s CPU%n", round, variant,
                result.get("p50_ms"), result.get("p99_ms"), result.get("p99.9_ms"), result.get("messages_per_s"),
                result.get("server_cpu_s"));
        return result;
    }

    /** Lateness is a result; missing or wrong data are a failure, and so are hostile clients that did nothing. */
    private static boolean isRight(Result result) {
        return result.get(Result.HOSTILE_IDLE).isEmpty() && List.of("missing", "wrong", "wrong_books").stream()
                .map(result::get).allMatch(value -> value.isEmpty() || value.equals("0"));
    }
}
