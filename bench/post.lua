-- SPDX-License-Identifier: Apache-2.0
-- A POST of 211 bytes for wrk: about what one tap on a phone sends.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Cookie"] = "wangdi=0123456789abcdef0123456789abcdef"
wrk.headers["X-CSRF-Token"] = "0123456789abcdef"
wrk.body = '{"id":"01890a5d-ac96-774b-bcce-b302099a8057","type":"screening.record_visit",' ..
  '"region":"320505001001","occurred_at":1582000000000,"device_sequence":17,' ..
  '"body":{"household":"01890","outcome":"all_well","note":" "}}'
