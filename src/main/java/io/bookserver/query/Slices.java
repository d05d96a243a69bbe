package io.bookserver.query;

import io.bookserver.transport.FrameworkInternals;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Long work on an event loop, in slices. The loop serves others in between.
 *
 * <p><i>Stateless; called on the request's event loop.</i>
 */
final class Slices {
    /** The maximum duration of one slice. */
    static final long NANOS = 500_000;
    /** The number of elements between two looks at the clock. */
    private static final int STEP = 32;

    private Slices() {}

    /**
     * Runs a step repeatedly until it reports that it was the last, then returns the result.
     *
     * @param step about ten microseconds of work; returns whether there is more to do
     * @param result called after the last step; not called if a step fails or the client has disconnected
     */
    static <T> Uni<T> run(RoutingContext context, BooleanSupplier step, Supplier<T> result) {
        return Uni.createFrom().emitter(told -> goOn(context, step, result, told));
    }

    /**
     * Processes one element after the other.
     *
     * @param next the next element; empty after the last
     * @param check called now and then; throws if the result grows too large
     * @param result called after the last element; not called if a step fails or the client has disconnected
     */
    static <E, T> Uni<T> each(RoutingContext context, Supplier<Optional<E>> next, Consumer<E> action, Runnable check,
            Supplier<T> result) {
        return run(context, () -> {
            for (int i = 0; i < STEP; i++) {
                Optional<E> element = next.get();
                if (element.isEmpty()) {
                    return false;
                }
                action.accept(element.get());
            }
            check.run();
            return true;
        }, result);
    }

    private static <T> void goOn(
            RoutingContext context, BooleanSupplier step, Supplier<T> result, UniEmitter<? super T> told) {
        long startedNanos = System.nanoTime();
        try {
            while (step.getAsBoolean()) {
                if (System.nanoTime() - startedNanos > NANOS) {
                    goOnLater(context, step, result, told);
                    return;
                }
            }
            told.complete(result.get());
        } catch (RuntimeException e) {
            told.fail(e);
        }
    }

    private static <T> void goOnLater(
            RoutingContext context, BooleanSupplier step, Supplier<T> result, UniEmitter<? super T> told) {
        HttpSocket.pauseUntilTheEnd(context);
        FrameworkInternals.afterSockets(() -> {
            if (!context.response().closed()) {
                goOn(context, step, result, told);
            }
        });
    }
}
