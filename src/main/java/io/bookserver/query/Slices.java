package io.bookserver.query;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Long work on an event loop, in slices between which the loop serves others.
 *
 * <p><i>Stateless; called on the request's event loop.</i>
 */
final class Slices {
    /** How long one slice may take. */
    static final long NANOS = 2_000_000;
    /** How many elements are taken before one looks at the clock. */
    private static final int STEP = 32;

    private Slices() {}

    /**
     * Steps until one says that it was the last, then tells the result.
     *
     * @param step some ten microseconds of work; whether there is more to do
     * @param result what comes behind the last step; not asked for if a step fails or the client has gone
     */
    static <T> Uni<T> run(RoutingContext context, BooleanSupplier step, Supplier<T> result) {
        return Uni.createFrom().emitter(told -> goOn(context, step, result, told));
    }

    /**
     * Takes element after element.
     *
     * @param next the next element; empty behind the last
     * @param check called now and then, to fail where the result grows too large
     * @param result what comes behind the last element; not requested if a step fails or the client has gone
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
        context.vertx().runOnContext(turn -> {
            if (!context.response().closed()) {
                goOn(context, step, result, told);
            }
        });
    }
}
