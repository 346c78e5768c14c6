package dev.caprock.tenant;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;

/** For how long a budget is: a stretch of the calendar in UTC. */
public enum BudgetPeriod {
    DAY,
    WEEK,
    MONTH;

    /** As callers read it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The name of the one that a time lies in: no two have the same, whatever their lengths. */
    String at(Instant time) {
        return text() + " " + start(time);
    }

    /** When the one that a time lies in is over, and the next begins. */
    public Instant end(Instant time) {
        LocalDate start = start(time);
        LocalDate next = switch (this) {
            case DAY -> start.plusDays(1);
            case WEEK -> start.plusWeeks(1);
            case MONTH -> start.plusMonths(1);
        };
        return next.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private LocalDate start(Instant time) {
        LocalDate day = time.atOffset(ZoneOffset.UTC).toLocalDate();
        return switch (this) {
            case DAY -> day;
            case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case MONTH -> day.withDayOfMonth(1);
        };
    }
}
