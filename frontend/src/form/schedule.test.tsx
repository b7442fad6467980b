import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { useState } from "react";
import { expect, test } from "vitest";
import { Providers } from "@/app/Providers";
import { makeQueryClient } from "@/app/queryClient";
import { axeViolations } from "@/test/axe";
import { server } from "@/test/server";
import { ScheduleWidget } from "./ScheduleWidget";

const NEXT = ["2026-01-27T09:00:00+08:00", "2026-01-28T09:00:00+08:00"];

function shown(first: unknown) {
  const asked: unknown[] = [];
  const values: unknown[] = [];
  server.use(
    http.post("*/api/v1/schedules/preview", async ({ request }) => {
      const body = (await request.json()) as { cron: string };
      asked.push(body);
      return body.cron === "0 9 * * *"
        ? HttpResponse.json({ next: NEXT })
        : HttpResponse.json({ code: "schedule.never", detail: "" }, { status: 422 });
    }),
  );
  function Form() {
    const [value, setValue] = useState(first);
    const onChange = (next: unknown) => {
      values.push(next);
      setValue(next);
    };
    return <ScheduleWidget id="x" schema={{}} value={value} onChange={onChange} problems={[]} />;
  }
  render(
    <Providers client={makeQueryClient()}>
      <Form />
    </Providers>,
  );
  return { user: userEvent.setup(), asked, values };
}

test("a timetable shows its next times on the clocks of its zone", async () => {
  const { asked } = shown({ cron: "0 9 * * *", zone: "Europe/Berlin" });

  expect(await screen.findByText("2026-01-27 09:00")).toBeVisible();
  expect(screen.getByText(/Europe\/Berlin\):/)).toBeVisible();
  expect(asked).toEqual([{ cron: "0 9 * * *", zone: "Europe/Berlin" }]);
  expect(await axeViolations()).toEqual([]);
});

test("what never comes is said at once, and emptying the field takes the schedule away", async () => {
  const { user, values } = shown({ cron: "0 9 31 2 *" });

  expect(await screen.findByText("这样的时间永远不会到来")).toBeVisible();
  await user.clear(screen.getByLabelText("时间表"));

  expect(values).toEqual([undefined]);
  expect(screen.queryByLabelText("时区")).toBeNull();
});

test("what is written stands in the config, and nothing else does", async () => {
  const { user, values } = shown(undefined);

  await user.type(screen.getByLabelText("时间表"), "@");
  await user.type(screen.getByLabelText("流程实例的名称"), "日");
  await waitFor(() => expect(values.at(-1)).toEqual({ cron: "@", title: { zh: "日" } }));
});
